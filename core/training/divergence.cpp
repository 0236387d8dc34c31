#include "core/training/divergence.h"

#include <atomic>
#include <cmath>

#include "core/parallel/parallel.h"

namespace backflow::training {
namespace {

using model::Index;
using model::Vector;

// 0 · x is 0 for finite x and NaN for all others; unlike Eigen's allFinite() this vectorises.
template <class Derived>
bool all_finite(const Eigen::MatrixBase<Derived>& x) {
  return (0.0 * x.array()).sum() == 0.0;
}

// The same of what is large, on all cores.
bool all_finite(const model::StepMatrices& steps) {
  constexpr Index kBlock = 1 << 16;
  const Index count = steps.data().size();
  std::atomic<bool> finite = true;
  parallel::for_each((count + kBlock - 1) / kBlock, [&](Index i) {
    const Index first = i * kBlock;
    if (!all_finite(
            Eigen::Map<const Vector>(steps.data().data() + first, std::min(kBlock, count - first))))
      finite = false;
  });
  return finite;
}

std::optional<Divergence> first_bad_tensor(const model::Parameters& p, const std::string& prefix,
                                           std::uint64_t iteration) {
  const auto all = model::tensors(p);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i].allFinite())
      return Divergence{prefix + std::string(model::kTensorNames[i]), -1, iteration};
  return std::nullopt;
}

}  // namespace

bool may_have_diverged(const IterationRecord& record) {
  const model::Trace& trace = record.trace;
  const gradient::ErrorSignals& signals = record.signals;
  // Whatever is not finite in h_t goes on to a_{t+1}, at the last step to z_T (0 · ∞ is NaN), in
  // c_t to c_{t+1}.
  if (!all_finite(trace.a) || !trace.c.step(trace.steps()).allFinite()) return true;
  if (!all_finite(trace.z) || !trace.loss_per_step.allFinite() || !std::isfinite(trace.loss))
    return true;
  // ∂L/∂h_t and ∂L/∂c_t go on to δ_t, which multiplies them, and each δ_t to ∂L/∂b_h, their sum.
  // With a fixed horizon they are sums themselves, which may be too large where δ_t is not.
  const bool sums = record.options.truncation.kind == gradient::TruncationKind::horizon;
  if (sums ? !all_finite(signals.e) || !all_finite(signals.e_c)
           : !signals.e.step(0).allFinite() || !signals.e_c.step(0).allFinite())
    return true;
  for (const auto& tensor : model::tensors(record.gradients))
    if (!tensor.allFinite()) return true;
  return !std::isfinite(record.penalty) || !std::isfinite(record.omega) ||
         !std::isfinite(record.clip.norm_before);
}

std::optional<Divergence> find_divergence(const IterationRecord& record) {
  const auto at = [&](const char* tensor, Index step) {
    return Divergence{tensor, step, record.iteration};
  };
  const model::Trace& trace = record.trace;
  // The usual case, everything finite, costs one pass over each block.
  if (!all_finite(trace.a.data()) || !all_finite(trace.c.data()) || !all_finite(trace.h.data())) {
    for (Index t = 0; t <= trace.steps(); ++t) {
      if (t > 0 && !trace.a.step(t).allFinite()) return at("a_t", t);
      if (!trace.c.step(t).allFinite()) return at("c_t", t);  // no rows but for an LSTM
      if (!trace.h.step(t).allFinite()) return at("h_t", t);
    }
  }
  for (Index t = trace.z.first(); t <= trace.z.last(); ++t) {
    if (!trace.z.step(t).allFinite()) return at("z_t", t);
    if (!std::isfinite(trace.loss_per_step(t - 1))) return at("L_t", t);
  }
  if (!std::isfinite(trace.loss)) return at("L", -1);
  const gradient::ErrorSignals& signals = record.signals;
  if (!all_finite(signals.e.data()) || !all_finite(signals.e_c.data()) ||
      !all_finite(signals.delta.data())) {
    for (Index t = trace.steps(); t >= 0; --t) {
      if (!signals.e.step(t).allFinite()) return at("∂L/∂h_t", t);
      if (!signals.e_c.step(t).allFinite()) return at("∂L/∂c_t", t);
      if (t > 0 && !signals.delta.step(t).allFinite()) return at("∂L/∂a_t", t);
    }
  }
  if (auto found = first_bad_tensor(record.gradients, "∂L/∂", record.iteration)) return found;
  if (!std::isfinite(record.penalty)) return at("λ/2 ‖W‖²", -1);
  if (!std::isfinite(record.omega)) return at("Ω", -1);
  if (!std::isfinite(record.clip.norm_before)) return at("‖∂L/∂θ‖", -1);
  return find_update_divergence(record);
}

std::optional<Divergence> find_update_divergence(const IterationRecord& record) {
  if (!record.parameters_after) return std::nullopt;
  return first_bad_tensor(*record.parameters_after, "", record.iteration);
}

std::optional<Divergence> find_memory_divergence(const OptimizerState& state,
                                                 std::uint64_t iteration) {
  const char* first =
      state.kind == OptimizerKind::adam || state.kind == OptimizerKind::adamw ? "m of " : "v of ";
  if (auto found = first_bad_tensor(state.first, first, iteration)) return found;
  return first_bad_tensor(state.second, "s of ", iteration);
}

std::string describe(const Divergence& divergence) {
  const std::string what = divergence.tensor + " is not finite";
  return divergence.step < 0 ? what : what + " at step t = " + std::to_string(divergence.step);
}

}  // namespace backflow::training
