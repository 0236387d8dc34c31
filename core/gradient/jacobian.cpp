#include "core/gradient/jacobian.h"

namespace backflow::gradient {

Matrix step_jacobian(const model::Model& model, const model::Trace& trace, Index sequence,
                     Index t) {
  return model::cell_of(model.cell)
      .jacobian(model.activation, model.parameters, trace.step(t, sequence, 1));
}

std::vector<ScaledMatrix> step_jacobians(const model::Model& model, const model::Trace& trace,
                                         Index sequence) {
  std::vector<ScaledMatrix> jacobians;
  for (Index t = 1; t <= trace.length(sequence); ++t) {
    jacobians.push_back({step_jacobian(model, trace, sequence, t), 0});
    normalize(jacobians.back());
  }
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
