#include "app/cli/check_command.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "app/cli/command_line.h"
#include "app/cli/progress.h"
#include "core/gradient/gradient_check.h"
#include "core/training/trainer.h"

namespace backflow::cli {
namespace {

std::string line_for(const gradient::TensorCheck& check, double tolerance) {
  if (check.inconclusive)
    return fmt::format(
        "{:<6} too small for finite differences: derivatives near {:.1e}, noise {:.1e}",
        check.tensor, std::max(std::abs(check.analytic), std::abs(check.numeric)), check.noise);
  return fmt::format(
      "{:<6} {}  worst relative error {:.1e} at ({}, {}): {:.6e}, differences say {:.6e}",
      check.tensor, check.worst_error <= tolerance ? "ok  " : "FAIL", check.worst_error, check.row,
      check.col, check.analytic, check.numeric);
}

}  // namespace

int check_gradients(const config::Config& config, std::ostream& out) {
  const auto record = training::Trainer(config::make_setup(config)).evaluate();
  gradient::GradientCheckOptions options;
  gradient::GradientCheck check;
  {
    Progress progress("checking", record->model.parameters.size());
    options.progress = [&](model::Index done) { progress.update(done); };
    check = gradient::check_gradient(record->model, record->batch, record->gradients, options);
  }
  for (const gradient::TensorCheck& tensor : check.tensors)
    out << line_for(tensor, options.tolerance) << '\n';
  return check.passed ? kSuccess : kFailure;
}

}  // namespace backflow::cli
