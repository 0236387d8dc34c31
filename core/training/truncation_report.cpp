#include "core/training/truncation_report.h"

#include <limits>
#include <utility>

#include "core/training/clipping.h"

namespace backflow::training {

std::optional<TruncationReport> truncation_report(const model::Model& model,
                                                  const model::Batch& batch,
                                                  const model::Trace& trace,
                                                  const gradient::Truncation& truncation,
                                                  const model::Parameters& truncated) {
  if (truncation.kind == gradient::TruncationKind::none) return std::nullopt;
  model::Parameters full = model::zeros_like(model.parameters);
  gradient::backward(model, batch, trace, full);
  TruncationReport report;
  report.full_norm = model::global_norm(full);
  report.angle = angle_between(full, report.full_norm, truncated, model::global_norm(truncated));
  model::Parameters difference = truncated;
  const auto of_full = model::tensors(std::as_const(full));
  std::size_t i = 0;
  for (auto& tensor : model::tensors(difference)) tensor -= of_full[i++];
  report.relative_error = report.full_norm > 0.0 ? model::global_norm(difference) / report.full_norm
                                                 : std::numeric_limits<double>::quiet_NaN();
  return report;
}

}  // namespace backflow::training
