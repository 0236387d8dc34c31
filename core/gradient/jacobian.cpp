#include "core/gradient/jacobian.h"

#include "core/parallel/parallel.h"

namespace backflow::gradient {

Matrix step_jacobian(const model::Model& model, const model::Trace& trace, Index sequence,
                     Index t) {
  return model::cell_of(model.cell)
      .jacobian(model.activation, model.parameters, trace.step(t, sequence, 1));
}

std::vector<ScaledMatrix> step_jacobians(const model::Model& model, const model::Trace& trace,
                                         Index sequence) {
  const Index T = trace.length(sequence), states = model::layout_of(model).states;
  const Index size = states * model.parameters.hidden_size();
  std::vector<ScaledMatrix> jacobians(static_cast<std::size_t>(T));
  const auto form = [&](Index i) {
    ScaledMatrix& jacobian = jacobians[static_cast<std::size_t>(i)];
    jacobian = {step_jacobian(model, trace, sequence, i + 1), 0};
    normalize(jacobian);
  };
  // Where all of them take microseconds, waking the other threads would take longer.
  constexpr Index kFewEntries = 1 << 13;
  if (T * size * size < kFewEntries)
    for (Index i = 0; i < T; ++i) form(i);
  else
    parallel::for_each(T, form);
  return jacobians;
}

ScaledMatrix jacobian_product(const model::Model& model, const model::Trace& trace, Index sequence,
                              Index t, Index k, StateBlock block) {
  const Index n = model.parameters.hidden_size(), states = model::layout_of(model).states;
  ScaledMatrix product{Matrix::Identity(states * n, states * n), 0};
  for (Index step = k + 1; step <= t; ++step) {
    ScaledMatrix jacobian{step_jacobian(model, trace, sequence, step), 0};
    normalize(jacobian);
    product.mantissa = jacobian.mantissa * product.mantissa;
    product.exponent += jacobian.exponent;
    normalize(product);
  }
  const auto [first, count] = block_range(block, n, states);
  product.mantissa = product.mantissa.block(first, first, count, count).eval();
  normalize(product);
  return product;
}

}  // namespace backflow::gradient
