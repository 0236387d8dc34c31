#include "core/gradient/jacobian_norms.h"

#include <cmath>
#include <vector>

#include "core/gradient/jacobian.h"
#include "core/gradient/product_tree.h"

namespace backflow::gradient {

std::optional<JacobianNorms> jacobian_norms(const model::Model& model, const model::Trace& trace,
                                            Index sequence, MatrixNorm norm,
                                            const CancelFunction& cancelled) {
  const Index T = trace.steps();
  const Index n = model.parameters.hidden_size();
  std::vector<ScaledMatrix> jacobians;
  for (Index t = 1; t <= T; ++t) {
    jacobians.push_back({step_jacobian(model, trace, sequence, t), 0});
    normalize(jacobians.back());
  }
  const double identity =
      norm == MatrixNorm::spectral ? 0.0 : 0.5 * std::log10(static_cast<double>(n));
  JacobianNorms result{norm, sequence, n, TriangularMap(T, identity)};
  if (!product_norms(jacobians, norm, result.log10_norm, cancelled)) return std::nullopt;
  return result;
}

}  // namespace backflow::gradient
