#include "core/gradient/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace backflow::gradient {

GradientCheck check_gradient(const model::Model& model, const model::Batch& batch,
                             const model::Parameters& analytic,
                             const GradientCheckOptions& options) {
  model::Model probe = model;
  GradientCheck result;
  result.passed = true;
  const auto probes = model::tensors(probe.parameters);
  const auto derivatives = model::tensors(analytic);
  const double loss = std::abs(model::forward(model, batch).loss);
  Index done = 0;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    auto x = probes[i];
    const auto& g = derivatives[i];
    Matrix numeric(x.rows(), x.cols());
    for (Index entry = 0; entry < x.size(); ++entry) {
      double& value = x.data()[entry];
      const double original = value;
      value = original + options.step;
      const double up = value;
      const double above = model::forward(probe, batch).loss;
      value = original - options.step;
      const double down = value;
      const double below = model::forward(probe, batch).loss;
      value = original;
      numeric.data()[entry] = (above - below) / (up - down);
      ++done;
      if (options.progress) options.progress(done);
    }
    TensorCheck check;
    check.tensor = model::kTensorNames[i];
    check.noise = std::numeric_limits<double>::epsilon() * std::max(loss, 1e-300) / options.step;
    const double size = std::max(g.cwiseAbs().maxCoeff(), numeric.cwiseAbs().maxCoeff());
    const double difference =
        (g - numeric).cwiseAbs().maxCoeff<Eigen::PropagateNaN>(&check.row, &check.col);
    check.analytic = g(check.row, check.col);
    check.numeric = numeric(check.row, check.col);
    check.worst_error = difference == 0.0 ? 0.0 : difference / size;
    check.inconclusive =
        std::isfinite(difference) && size > 0.0 && check.noise > options.tolerance * size;
    // Negated, so that NaN fails.
    if (!check.inconclusive && !(check.worst_error <= options.tolerance)) result.passed = false;
    result.tensors.push_back(check);
  }
  return result;
}

}  // namespace backflow::gradient
