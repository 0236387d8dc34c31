#include "core/training/divergence.h"

#include <cmath>

namespace backflow::training {
namespace {

using model::Index;

std::optional<Divergence> first_bad_tensor(const model::Parameters& p, const std::string& prefix,
                                           std::uint64_t iteration) {
  const auto all = model::tensors(p);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i].allFinite())
      return Divergence{prefix + std::string(model::kTensorNames[i]), -1, iteration};
  return std::nullopt;
}

}  // namespace

std::optional<Divergence> find_divergence(const IterationRecord& record) {
  const auto at = [&](const char* tensor, Index step) {
    return Divergence{tensor, step, record.iteration};
  };
  const model::Trace& trace = record.trace;
  // The usual case, everything finite, costs one pass over each block.
  if (!trace.a.data().allFinite() || !trace.h.data().allFinite()) {
    for (Index t = 1; t <= trace.steps(); ++t) {
      if (!trace.a.step(t).allFinite()) return at("a_t", t);
      if (!trace.h.step(t).allFinite()) return at("h_t", t);
    }
    return at("h_t", 0);
  }
  for (Index t = trace.z.first(); t <= trace.z.last(); ++t) {
    if (!trace.z.step(t).allFinite()) return at("z_t", t);
    if (!std::isfinite(trace.loss_per_step(t - 1))) return at("L_t", t);
  }
  if (!std::isfinite(trace.loss)) return at("L", -1);
  const gradient::ErrorSignals& signals = record.signals;
  if (!signals.e.data().allFinite() || !signals.delta.data().allFinite()) {
    for (Index t = trace.steps(); t >= 1; --t) {
      if (!signals.e.step(t).allFinite()) return at("∂L/∂h_t", t);
      if (!signals.delta.step(t).allFinite()) return at("∂L/∂a_t", t);
    }
    return at("∂L/∂h_t", 0);
  }
  if (auto found = first_bad_tensor(record.gradients, "∂L/∂", record.iteration)) return found;
  if (!std::isfinite(record.clip.norm_before)) return at("‖∂L/∂θ‖", -1);
  if (record.parameters_after)
    return first_bad_tensor(*record.parameters_after, "", record.iteration);
  return std::nullopt;
}

std::string describe(const Divergence& divergence) {
  const std::string what = divergence.tensor + " is not finite";
  return divergence.step < 0 ? what : what + " at step t = " + std::to_string(divergence.step);
}

}  // namespace backflow::training
