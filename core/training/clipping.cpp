#include "core/training/clipping.h"

#include <cmath>

namespace backflow::training {
namespace {

// The angle between g and h by 2 atan2(‖u − v‖, ‖u + v‖) with u, v of unit length (Kahan 2006):
// exact for nearly parallel vectors, where arccos of the cosine loses half the digits.
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

}  // namespace

ClipReport clip(const ClipOptions& options, model::Parameters& gradients) {
  ClipReport report;
  report.norm_before = report.norm_after = model::global_norm(gradients);
  const double c = options.threshold;
  switch (options.mode) {
    case ClipMode::none:
      break;
    case ClipMode::norm:
      if (report.norm_before > c) {
        report.clipped = true;
        for (auto& tensor : model::tensors(gradients)) tensor *= c / report.norm_before;
        report.norm_after = model::global_norm(gradients);
      }
      break;
    case ClipMode::value: {
      const model::Parameters before = gradients;
      for (auto& tensor : model::tensors(gradients)) {
        report.clipped = report.clipped || (tensor.array().abs() > c).any();
        tensor = tensor.cwiseMax(-c).cwiseMin(c);
      }
      if (report.clipped) {
        report.norm_after = model::global_norm(gradients);
        report.angle = angle_between(before, report.norm_before, gradients, report.norm_after);
      }
      break;
    }
  }
  return report;
}

}  // namespace backflow::training
