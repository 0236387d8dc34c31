#include "core/training/clipping.h"

#include <algorithm>
#include <cmath>

#include "core/model/norm.h"

namespace backflow::training {

// 2 atan2(‖u − v‖, ‖u + v‖) with u, v of unit length (Kahan 2006), where arccos of the cosine would
// lose half the digits.
double angle_between(const model::Parameters& g, double g_norm, const model::Parameters& h,
                     double h_norm) {
  if (g_norm == 0.0 || h_norm == 0.0) return 0.0;
  double difference = 0.0, sum = 0.0;
  const auto gs = model::tensors(g);
  const auto hs = model::tensors(h);
  for (std::size_t i = 0; i < gs.size(); ++i) {
    difference += (gs[i] / g_norm - hs[i] / h_norm).squaredNorm();
    sum += (gs[i] / g_norm + hs[i] / h_norm).squaredNorm();
  }
  return 2.0 * std::atan2(std::sqrt(difference), std::sqrt(sum));
}

namespace {

void clip_by_norm(double c, model::Parameters& gradients, ClipReport& report) {
  report.clipped = true;
  report.norm_after = c;
  for (auto& tensor : model::tensors(gradients)) tensor *= c / report.norm_before;
}

void clip_by_value(double c, model::Parameters& gradients, ClipReport& report) {
  for (const auto& tensor : model::tensors(gradients))
    report.clipped = report.clipped || tensor.lpNorm<Eigen::Infinity>() > c;
  if (!report.clipped) return;
  const model::Parameters before = gradients;
  for (auto& tensor : model::tensors(gradients)) tensor = tensor.cwiseMax(-c).cwiseMin(c);
  report.norm_after = model::global_norm(gradients);
  report.angle = angle_between(before, report.norm_before, gradients, report.norm_after);
}

void clip_per_tensor(double c, model::Parameters& gradients, ClipReport& report) {
  using Norms = Eigen::Array<double, std::size(model::kTensorNames), 1>;
  Norms before;
  model::Index i = 0;
  for (auto& tensor : model::tensors(gradients)) {
    const double norm = model::norm_of(tensor);
    before(i++) = norm;
    if (norm > c) tensor *= c / norm;
  }
  report.clipped = (before > c).any();
  if (!report.clipped) return;
  // Within a tensor the direction stays, so the norms alone give the angle, by the same formula.
  const Norms after = before.min(c);
  report.norm_after = after.matrix().stableNorm();
  const Norms g = before / report.norm_before, h = after / report.norm_after;
  report.angle = 2.0 * std::atan2((g - h).matrix().norm(), (g + h).matrix().norm());
}

}  // namespace

ClipReport clip(const ClipOptions& options, model::Parameters& gradients) {
  ClipReport report;
  report.norm_before = report.norm_after = model::global_norm(gradients);
  // No entry and no tensor is larger than the whole: nearly always there is nothing more to do.
  if (options.mode == ClipMode::none || !(report.norm_before > options.threshold)) return report;
  switch (options.mode) {
    case ClipMode::none:
      break;
    case ClipMode::norm:
      clip_by_norm(options.threshold, gradients, report);
      break;
    case ClipMode::value:
      clip_by_value(options.threshold, gradients, report);
      break;
    case ClipMode::per_tensor:
      clip_per_tensor(options.threshold, gradients, report);
      break;
  }
  return report;
}

}  // namespace backflow::training
