#include "app/session/gradient_walk.h"

#include <utility>

#include "core/model/norm.h"

namespace backflow::session {
namespace {

std::array<double, gradient::kWalkTensors> norms_of(const model::Parameters& p) {
  return {model::norm_of(p.W_xh), model::norm_of(p.W_hh), model::norm_of(p.W_hy)};
}

}  // namespace

std::optional<GradientWalk> gradient_walk(const training::IterationRecord& record,
                                          const gradient::CancelFunction& cancelled) {
  auto partial = gradient::partial_gradient_norms(record.model, record.batch, record.trace,
                                                  record.signals, cancelled);
  if (!partial) return std::nullopt;
  GradientWalk walk;
  walk.partial = std::move(*partial);
  walk.clipped = norms_of(record.clipped_gradients);
  if (const auto& after = record.parameters_after) {
    const model::Parameters& before = record.model.parameters;
    walk.change = {model::norm_of(after->W_xh - before.W_xh),
                   model::norm_of(after->W_hh - before.W_hh),
                   model::norm_of(after->W_hy - before.W_hy)};
  }
  return walk;
}

double cost_of_walk(const training::IterationRecord& record) {
  const model::Parameters& p = record.model.parameters;
  return 2.0 * static_cast<double>(record.trace.steps()) *
         static_cast<double>(record.trace.batch() + 1) *
         static_cast<double>(p.W_xh.size() + p.W_hh.size() + p.W_hy.size());
}

}  // namespace backflow::session
