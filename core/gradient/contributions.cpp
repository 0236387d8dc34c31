#include "core/gradient/contributions.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "core/gradient/scaled_matrix.h"
#include "core/gradient/weight_gradient.h"
#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

// ‖u vᵀ‖_F for normalised u, v (n, B), through the (B, B) Gram matrices where they are smaller than
// (n, n), unless the sequences cancel each other, which costs the squares their digits.
double outer_product_norm(const Matrix& u, const Matrix& v) {
  if (u.cols() < u.rows()) {
    const Matrix squares = (u.transpose() * u).cwiseProduct(v.transpose() * v);
    const double squared = squares.sum();
    if (squared > 1e-2 * squares.trace()) return std::sqrt(squared);
  }
  return (u * v.transpose()).norm();
}

// log10 √(10^2a + 10^2b).
double log10_hypot(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  const double top = std::max(a, b), low = std::min(a, b);
  if (!std::isfinite(top) || low == -std::numeric_limits<double>::infinity()) return top;
  return top + 0.5 * std::log10(1.0 + std::pow(10.0, 2.0 * (low - top)));
}

ScaledMatrix normalized(const Eigen::Ref<const Matrix>& x) {
  ScaledMatrix scaled{x, 0};
  normalize(scaled);
  return scaled;
}

// Operations for one C(t, k), about.
double cost_of_term(const model::Model& model, const model::Trace& trace) {
  return 6.0 * static_cast<double>(model.parameters.W_hh.size()) *
         static_cast<double>(trace.batch());
}

constexpr double kMinusInf = -std::numeric_limits<double>::infinity();

bool is_zero(const Matrix& x) { return (x.array() == 0.0).all(); }

// sum ← sum + x, at the exponent of the larger one; that of a zero says nothing.
void add(ScaledMatrix& sum, const Matrix& x, std::int64_t exponent) {
  if (sum.mantissa.size() == 0 || is_zero(sum.mantissa)) {
    sum = {x, exponent};
  } else if (is_zero(x)) {
    return;
  } else {
    const std::int64_t top = std::max(sum.exponent, exponent);
    const auto scale = [top](std::int64_t own) {
      return std::ldexp(1.0, static_cast<int>(std::max<std::int64_t>(own - top, -2000)));
    };
    sum.mantissa = scale(sum.exponent) * sum.mantissa + scale(exponent) * x;
    sum.exponent = top;
  }
  normalize(sum);
}

// The row of one loss step as a whole.
void add_up(TensorContributions& tensor, Index t, Index earliest) {
  double largest = kMinusInf, sum = 0.0;
  bool finite = true;
  for (Index k = earliest; k <= t; ++k) {
    const double value = tensor.log10_norm.at(t, k);
    finite = finite && !is_not_finite(value);
    if (std::isfinite(value)) largest = std::max(largest, value);
  }
  for (Index k = earliest; k <= t && std::isfinite(largest); ++k)
    sum += std::pow(10.0, tensor.log10_norm.at(t, k) - largest);
  const auto i = static_cast<std::size_t>(t);
  tensor.log10_largest[i] = largest;
  tensor.log10_sum[i] = !finite     ? std::numeric_limits<double>::quiet_NaN()
                        : sum > 0.0 ? largest + std::log10(sum)
                                    : kMinusInf;
}

// What the loss at one step sends back: a pass of its own from t to the earliest step.
class LossStep {
public:
  LossStep(const model::Model& model, const model::Batch& batch, const model::Trace& trace,
           const std::vector<std::vector<ScaledMatrix>>& inputs, const std::vector<ScaledMatrix>& x)
      : model_(model), batch_(batch), trace_(trace), inputs_(inputs), x_(x) {}

  bool run(const model::BackwardWeights& W, const ErrorSignals& signals, Index t, Index earliest,
           Contributions& result, const CancelFunction& cancelled) {
    const model::Cell& cell = model::cell_of(model_.cell);
    const model::CellLayout& layout = cell.layout();
    const Index n = model_.parameters.hidden_size(), B = trace_.batch();
    ScaledMatrix u{Matrix::Zero(layout.states * n, B), 0};
    u.mantissa.topRows(n) = model_.parameters.W_hy.transpose() * signals.dz.step(t);
    Matrix delta(layout.delta_blocks * n, B), before(layout.states * n, B);
    std::array<ScaledMatrix, kRecurrentTensors> sums;
    // Asking takes a lock that all threads share.
    constexpr double kBetweenQuestions = 1e7;  // operations
    const auto every = static_cast<Index>(1.0 + kBetweenQuestions / cost_of_term(model_, trace_));
    for (Index k = t; k >= earliest; --k) {
      if ((t - k) % every == 0 && cancelled && cancelled()) return false;
      normalize(u);
      if (is_zero(u.mantissa)) break;
      cell.vjp(model_.activation, W, trace_.step(k), u.mantissa, delta, before);
      const ScaledMatrix own{delta, u.exponent};
      at(result, RecurrentTensor::W_hh, t, k) = recurrent_norm(own, k);
      at(result, RecurrentTensor::W_xh, t, k) = input_norm(own, k);
      at(result, RecurrentTensor::b_h, t, k) = bias_norm(own);
      add_terms(own, k, sums);
      u.mantissa.swap(before);
    }
    for (std::size_t i = 0; i < sums.size(); ++i)
      if (sums[i].mantissa.size() > 0)
        result.tensors[i].log10_gradient[static_cast<std::size_t>(t)] =
            log10_scaled(model::norm_of(sums[i].mantissa), sums[i].exponent);
    return true;
  }

private:
  static double& at(Contributions& result, RecurrentTensor tensor, Index t, Index k) {
    return result.tensors[static_cast<std::size_t>(tensor)].log10_norm.at(t, k);
  }

  // The gates' parts are orthogonal: their squares add up.
  double recurrent_norm(const ScaledMatrix& delta, Index k) const {
    const auto gates = model::layout_of(model_).gates;
    const Index n = model_.parameters.hidden_size();
    double log10_norm = kMinusInf;
    for (std::size_t g = 0; g < inputs_.size(); ++g) {
      // Slopes of saturated units are tiny, and their squares out of range.
      const ScaledMatrix own = normalized(delta.mantissa.middleRows(gates[g].delta_block * n, n));
      const ScaledMatrix& input = inputs_[g][static_cast<std::size_t>(k - 1)];
      log10_norm =
          log10_hypot(log10_norm, log10_scaled(outer_product_norm(own.mantissa, input.mantissa),
                                               delta.exponent + own.exponent + input.exponent));
    }
    return log10_norm;
  }

  double input_norm(const ScaledMatrix& delta, Index k) const {
    const ScaledMatrix own = normalized(delta.mantissa.topRows(model_.parameters.W_xh.rows()));
    const ScaledMatrix& x = x_[static_cast<std::size_t>(k - 1)];
    return log10_scaled(outer_product_norm(own.mantissa, x.mantissa),
                        delta.exponent + own.exponent + x.exponent);
  }

  static double bias_norm(const ScaledMatrix& delta) {
    const ScaledMatrix own = normalized(delta.mantissa);
    return log10_scaled(model::norm_of(own.mantissa.rowwise().sum().eval()),
                        delta.exponent + own.exponent);
  }

  void add_terms(const ScaledMatrix& delta, Index k,
                 std::array<ScaledMatrix, kRecurrentTensors>& sums) const {
    const auto sum = [&](RecurrentTensor tensor) -> ScaledMatrix& {
      return sums[static_cast<std::size_t>(tensor)];
    };
    const ScaledMatrix own = normalized(delta.mantissa);
    const std::int64_t exponent = delta.exponent + own.exponent;
    add(sum(RecurrentTensor::W_hh), recurrent_gradient(model_, trace_, k, own.mantissa), exponent);
    add(sum(RecurrentTensor::W_xh),
        own.mantissa.topRows(model_.parameters.W_xh.rows()) * batch_.inputs.step(k).transpose(),
        exponent);
    add(sum(RecurrentTensor::b_h), own.mantissa.rowwise().sum(), exponent);
  }

  const model::Model& model_;
  const model::Batch& batch_;
  const model::Trace& trace_;
  const std::vector<std::vector<ScaledMatrix>>& inputs_;  // of each gate, at steps 1..T
  const std::vector<ScaledMatrix>& x_;                    // x_k at steps 1..T
};

}  // namespace

model::Parameters contribution(const model::Model& model, const model::Batch& batch,
                               const model::Trace& trace, const ErrorSignals& signals, Index t,
                               Index k) {
  const model::Parameters& p = model.parameters;
  const model::Cell& cell = model::cell_of(model.cell);
  const model::CellLayout& layout = cell.layout();
  const Index n = p.hidden_size(), B = trace.batch();
  model::Parameters result = model::zeros_like(p);
  if (!signals.dz.contains(t)) return result;
  const model::BackwardWeights W(p, layout);
  Matrix u = Matrix::Zero(layout.states * n, B), before = u, delta(layout.delta_blocks * n, B);
  u.topRows(n) = p.W_hy.transpose() * signals.dz.step(t);  // ∂L_t/∂h_t
  for (Index step = t; step >= k; --step) {
    cell.vjp(model.activation, W, trace.step(step), u, delta, before);
    u.swap(before);
  }
  result.W_hh = recurrent_gradient(model, trace, k, delta);
  result.W_xh = delta.topRows(p.W_xh.rows()) * batch.inputs.step(k).transpose();
  result.b_h = delta.rowwise().sum();
  return result;
}

std::optional<Contributions> contributions(const model::Model& model, const model::Batch& batch,
                                           const model::Trace& trace, const ErrorSignals& signals,
                                           const Truncation& truncation,
                                           const CancelFunction& cancelled) {
  const model::CellLayout& layout = model::layout_of(model);
  const Index T = trace.steps();
  const model::BackwardWeights W(model.parameters, layout);
  Contributions result;
  result.truncation = truncation;
  for (TensorContributions& tensor : result.tensors) {
    tensor.log10_norm = TriangularMap(T, kMinusInf);
    for (std::vector<double>* of_step :
         {&tensor.log10_gradient, &tensor.log10_sum, &tensor.log10_largest})
      of_step->assign(static_cast<std::size_t>(T + 1), kMinusInf);
  }
  std::vector<std::vector<ScaledMatrix>> inputs;
  for (const model::GateUse& gate : layout.gates) {
    auto& own = inputs.emplace_back();
    for (Index k = 1; k <= T; ++k)
      own.push_back(normalized(model::recurrent_input(trace, gate, k, k)));
  }
  std::vector<ScaledMatrix> x;
  for (Index k = 1; k <= T; ++k) x.push_back(normalized(batch.inputs.step(k)));
  std::atomic<bool> stopped = false;
  // The long ones first, so that the cores end together.
  const Index count = signals.dz.count();
  const auto run = [&](Index i) {
    const Index t = signals.dz.last() - i;
    if (!stopped && !LossStep(model, batch, trace, inputs, x)
                         .run(W, signals, t, truncation.earliest(t), result, cancelled))
      stopped = true;
    for (TensorContributions& tensor : result.tensors)
      if (!stopped) add_up(tensor, t, truncation.earliest(t));
  };
  constexpr double kWorthThreads = 1e6;
  if (contributions_cost(model, trace, signals) < kWorthThreads)
    for (Index i = 0; i < count; ++i) run(i);
  else
    parallel::for_each(count, run);
  if (stopped) return std::nullopt;
  return result;
}

double contributions_cost(const model::Model& model, const model::Trace& trace,
                          const ErrorSignals& signals) {
  const auto T = static_cast<double>(trace.steps()),
             losses = static_cast<double>(signals.dz.count());
  const double pairs = losses * (T - losses / 2.0 + 0.5);
  return pairs * cost_of_term(model, trace);
}

}  // namespace backflow::gradient
