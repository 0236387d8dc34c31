#include "core/gradient/jacobian.h"

namespace backflow::gradient {

Matrix step_jacobian(const model::Model& model, const model::Trace& trace, Index sequence,
                     Index t) {
  const Matrix a = trace.a.step(t).col(sequence);  // (n, 1)
  Matrix slope(a.rows(), 1);
  model::derivative(model.activation, a, slope);
  return slope.col(0).asDiagonal() * model.parameters.W_hh;
}

ScaledMatrix jacobian_product(const model::Model& model, const model::Trace& trace, Index sequence,
                              Index t, Index k) {
  const Index n = model.parameters.hidden_size();
  ScaledMatrix product{Matrix::Identity(n, n), 0};
  for (Index step = k + 1; step <= t; ++step) {
    ScaledMatrix jacobian{step_jacobian(model, trace, sequence, step), 0};
    normalize(jacobian);
    product.mantissa = jacobian.mantissa * product.mantissa;
    product.exponent += jacobian.exponent;
    normalize(product);
  }
  return product;
}

}  // namespace backflow::gradient
