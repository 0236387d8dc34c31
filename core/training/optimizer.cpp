#include "core/training/optimizer.h"

#include <cmath>

namespace backflow::training {
namespace {

using model::TensorView;

bool has_first(OptimizerKind kind) {
  return kind != OptimizerKind::sgd && kind != OptimizerKind::rmsprop;
}

bool has_second(OptimizerKind kind) {
  return kind == OptimizerKind::rmsprop || kind == OptimizerKind::adam ||
         kind == OptimizerKind::adamw;
}

// The rule of one kind for one tensor. The factors are those of the whole update.
struct Rule {
  const OptimizerOptions& options;
  double rate;               // η
  double adam_rate = 0.0;    // η / (1 − β₁ᵏ)
  double root_factor = 1.0;  // √(1 − β₂ᵏ)

  Rule(const OptimizerOptions& o, double learning_rate, std::uint64_t updates)
      : options(o), rate(learning_rate) {
    const auto k = static_cast<double>(updates);
    adam_rate = rate / (1.0 - std::pow(o.beta1, k));
    root_factor = std::sqrt(1.0 - std::pow(o.beta2, k));
  }

  // g is an array expression that may read θ; it is evaluated before θ changes.
  template <class Gradient>
  void apply(const Gradient& g, TensorView theta, TensorView first, TensorView second) const {
    auto p = theta.array();
    auto m = first.array();
    auto s = second.array();
    const OptimizerOptions& o = options;
    switch (o.kind) {
      case OptimizerKind::sgd:
        p -= rate * g;
        break;
      case OptimizerKind::momentum:
        m = o.momentum * m + g;
        p -= rate * m;
        break;
      case OptimizerKind::nesterov:
        m = o.momentum * m + g;
        p -= rate * (g + o.momentum * m);
        break;
      case OptimizerKind::rmsprop:
        s = o.alpha * s + (1.0 - o.alpha) * g.square();
        p -= rate * g / (s.sqrt() + o.epsilon);
        break;
      case OptimizerKind::adam:
      case OptimizerKind::adamw:
        m = o.beta1 * m + (1.0 - o.beta1) * g;
        s = o.beta2 * s + (1.0 - o.beta2) * g.square();
        p -= adam_rate * m / (s.sqrt() / root_factor + o.epsilon);
        break;
    }
  }
};

void start(OptimizerKind kind, const model::Parameters& parameters, OptimizerState& state) {
  state = {};
  state.kind = kind;
  if (has_first(kind)) state.first = model::zeros_like(parameters);
  if (has_second(kind)) state.second = model::zeros_like(parameters);
}

}  // namespace

void update(const OptimizerOptions& options, double learning_rate,
            const model::Parameters& gradients, model::Parameters& parameters,
            OptimizerState& state) {
  if (state.kind != options.kind || state.updates == 0) start(options.kind, parameters, state);
  ++state.updates;
  const Rule rule(options, learning_rate, state.updates);
  const double decay = options.weight_decay;
  const bool decoupled = options.kind == OptimizerKind::adamw;

  const auto theta = model::tensors(parameters);
  const auto g = model::tensors(gradients);
  const auto first = model::tensors(state.first), second = model::tensors(state.second);
  for (std::size_t i = 0; i < theta.size(); ++i) {
    if (options.freeze_recurrent == Freeze::on && model::kTensorNames[i] == "W_hh") continue;
    TensorView p = theta[i];
    if (decoupled && decay != 0.0) p *= 1.0 - learning_rate * decay;
    if (decoupled || decay == 0.0)
      rule.apply(g[i].array(), p, first[i], second[i]);
    else
      rule.apply(g[i].array() + decay * p.array(), p, first[i], second[i]);
  }
}

}  // namespace backflow::training
