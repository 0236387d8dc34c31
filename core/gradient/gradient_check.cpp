#include "core/gradient/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace backflow::gradient {
namespace {

using model::ConstRef;

// The steps first..last of a batch, with losses from first_loss on and the state before as a start.
model::Batch cut_out(const model::Batch& batch, const model::Trace& trace, Index first,
                     Index first_loss, Index last) {
  model::Batch part;
  const auto shifted = [&](const model::StepMatrices& all, Index from) {
    model::StepMatrices some(all.rows(), all.batch(), from - first + 1, last - first + 1);
    for (Index t = from; t <= last; ++t) some.step(t - first + 1) = all.step(t);
    return some;
  };
  part.inputs = shifted(batch.inputs, first);
  part.targets = shifted(batch.targets, first_loss);
  if (batch.weights.count() > 0) part.weights = shifted(batch.weights, first_loss);
  part.initial_state.resize(trace.h.rows() + trace.c.rows(), batch.size());
  part.initial_state << trace.h.step(first - 1), trace.c.step(first - 1);
  for (Index b = 0; b < batch.size() && !batch.lengths.empty(); ++b)
    part.lengths.push_back(std::max<Index>(0, batch.length(b) - first + 1));
  return part;
}

// Batches whose losses add up to that of `batch`, each with the states before the reach of its
// losses as constants.
std::vector<model::Batch> constant_past(const model::Model& model, const model::Batch& batch,
                                        const Truncation& truncation) {
  if (truncation.kind == TruncationKind::none) return {batch};
  const model::Trace trace = model::forward(model, batch);
  std::vector<model::Batch> parts;
  for (Index t = batch.targets.first(); t <= batch.steps(); ++t) {
    Index last = t;  // losses that reach back to the same step belong together
    while (last < batch.steps() && truncation.earliest(last + 1) == truncation.earliest(t)) ++last;
    parts.push_back(cut_out(batch, trace, truncation.earliest(t), t, last));
    t = last;
  }
  return parts;
}

// Which side of 0 each number lies on that goes through a function with a kink there.
using Sides = std::vector<bool>;

void append_sides(const ConstRef& x, Sides& sides) {
  for (Index j = 0; j < x.cols(); ++j)
    for (Index i = 0; i < x.rows(); ++i) sides.push_back(x(i, j) > 0.0);
}

bool has_kink(const model::Activation& f) {
  return f.kind == model::ActivationKind::relu || f.kind == model::ActivationKind::leaky_relu;
}

// The total loss of a network, of which one parameter at a time is moved.
class LossAround {
public:
  LossAround(const model::Model& model, const model::Batch& batch, const Truncation& truncation,
             const GradientCheckOptions& options)
      : probe(model),
        parts_(constant_past(model, batch, truncation)),
        penalty_(options.penalty),
        centre_(value()) {}

  model::Model probe;

  double loss() const { return centre_.loss; }

  /// The derivative by a parameter of `probe` from differences of that step; nothing where there is
  /// a kink on both sides.
  std::optional<double> derivative(double& parameter, double step) const {
    const double original = parameter;
    const auto at = [&](double offset) {
      parameter = original + offset;
      Value moved = value();
      moved.offset = parameter - original;
      parameter = original;
      return moved;
    };
    const Value up = at(step), down = at(-step);
    const auto is_smooth = [&](const Value& v) { return v.sides == centre_.sides; };
    if (is_smooth(up) && is_smooth(down)) return (up.loss - down.loss) / (up.offset - down.offset);
    for (const Value& near : {down, up}) {
      if (!is_smooth(near)) continue;
      const Value far = at(2.0 * near.offset);
      if (!is_smooth(far)) continue;
      // That of the parabola through the three points.
      const double by_near = (near.loss - centre_.loss) / near.offset;
      const double by_far = (far.loss - centre_.loss) / far.offset;
      return (far.offset * by_near - near.offset * by_far) / (far.offset - near.offset);
    }
    return std::nullopt;
  }

private:
  struct Value {
    double loss = 0.0, offset = 0.0;
    Sides sides;
  };

  Value value() const {
    Value sum;
    const Index n = probe.parameters.hidden_size();
    const Index block = model::layout_of(probe).new_state_block;
    for (const model::Batch& part : parts_) {
      const model::Trace trace = model::forward(probe, part);
      sum.loss += trace.loss;
      if (has_kink(probe.activation)) {
        append_sides(trace.a.data().middleRows(block * n, n), sum.sides);
        append_sides(trace.c.data(), sum.sides);
      }
      if (probe.readout == model::Readout::relu) append_sides(trace.z.data(), sum.sides);
    }
    if (penalty_) sum.loss += penalty_(probe);
    return sum;
  }

  const std::vector<model::Batch> parts_;
  const std::function<double(const model::Model&)>& penalty_;
  const Value centre_;
};

// One tensor's comparison, entry by entry.
class TensorComparison {
public:
  TensorComparison(const LossAround& around, const Matrix& analytic,
                   const GradientCheckOptions& options)
      : around_(around), analytic_(analytic), options_(options) {
    check_.entries = analytic.size();
    check_.noise = std::numeric_limits<double>::epsilon() *
                   std::max(std::abs(around.loss()), 1e-300) / options.step;
  }

  /// `x` is the tensor of around's own probe; each_done() is called after each entry.
  template <class EachDone>
  TensorCheck run(model::MutableRef x, const EachDone& each_done) {
    std::vector<std::optional<double>> numeric;
    for (Index entry = 0; entry < x.size(); ++entry) {
      numeric.push_back(around_.derivative(x.data()[entry], options_.step));
      if (!numeric.back())
        ++check_.at_kinks;
      else
        quotient_size_ = std::max(quotient_size_, std::abs(*numeric.back()));
      each_done();
    }
    size_ = std::max(analytic_.cwiseAbs().maxCoeff(), quotient_size_);
    for (Index entry = 0; entry < x.size(); ++entry) {
      const std::optional<double>& quotient = numeric[static_cast<std::size_t>(entry)];
      if (quotient) compare(entry, *quotient, x.data()[entry]);
    }
    finish();
    return check_;
  }

private:
  void compare(Index entry, double quotient, double& parameter) {
    const double own = analytic_.data()[entry], difference = std::abs(own - quotient);
    if (difference > options_.tolerance * size_ && !has_limit(quotient, parameter)) {
      ++check_.without_limit;
      return;
    }
    // NaN is the worst, and stays it.
    if (difference <= worst_ || std::isnan(worst_)) return;
    worst_ = difference;
    check_.row = entry % analytic_.rows();
    check_.col = entry / analytic_.rows();
    check_.analytic = own;
    check_.numeric = quotient;
  }

  bool has_limit(double quotient, double& parameter) const {
    constexpr double kSmaller = 0.1;
    const auto closer = around_.derivative(parameter, kSmaller * options_.step);
    const double noise = kFarBeyondNoise * check_.noise / kSmaller;
    return !closer ||
           !(std::abs(*closer - quotient) > std::max(options_.tolerance * quotient_size_, noise));
  }

  void finish() {
    const double difference = worst_ < 0.0 ? 0.0 : worst_;
    check_.worst_error = difference == 0.0 ? 0.0 : difference / size_;
    // What the noise can not account for is wrong however small the derivatives are.
    const bool too_small = size_ > 0.0 && check_.noise > options_.tolerance * size_ &&
                           difference <= kFarBeyondNoise * check_.noise;
    check_.inconclusive = too_small || check_.is_left_out();
  }

  static constexpr double kFarBeyondNoise = 100.0;

  const LossAround& around_;
  const Matrix analytic_;
  const GradientCheckOptions& options_;
  TensorCheck check_;
  double quotient_size_ = 0.0, size_ = 0.0;  // the largest by differences; of both
  double worst_ = -1.0;                      // difference so far
};

}  // namespace

GradientCheck check_gradient(const model::Model& model, const model::Batch& batch,
                             const model::Parameters& analytic, const GradientCheckOptions& options,
                             const Truncation& truncation) {
  LossAround around(model, batch, truncation, options);
  GradientCheck result;
  bool all_right = true, is_any_conclusive = false;
  const auto probes = model::tensors(around.probe.parameters);
  const auto derivatives = model::tensors(analytic);
  Index done = 0;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    TensorCheck check = TensorComparison(around, derivatives[i], options).run(probes[i], [&] {
      ++done;
      if (options.progress) options.progress(done);
    });
    check.tensor = model::kTensorNames[i];
    // Negated, so that NaN fails.
    if (!check.inconclusive && !(check.worst_error <= options.tolerance)) all_right = false;
    is_any_conclusive = is_any_conclusive || !check.inconclusive;
    result.tensors.push_back(check);
  }
  result.passed = all_right && is_any_conclusive;
  return result;
}

}  // namespace backflow::gradient
