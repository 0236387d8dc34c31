#include "core/gradient/coarse_norms.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>
#include <vector>

#include "core/gradient/jacobian.h"
#include "core/gradient/product_tree.h"
#include "core/gradient/step_grid.h"
#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

// Products of `stride` one-step Jacobians each; the last may be of fewer. Nothing when cancelled.
std::optional<std::vector<ScaledMatrix>> strides(const std::vector<ScaledMatrix>& jacobians,
                                                 Index stride, const CancelFunction& cancelled) {
  const auto T = static_cast<Index>(jacobians.size());
  std::vector<ScaledMatrix> products(static_cast<std::size_t>((T + stride - 1) / stride));
  std::atomic<bool> stopped = false;
  parallel::for_each(static_cast<Index>(products.size()), [&](Index i) {
    ScaledMatrix product = jacobians[static_cast<std::size_t>(i * stride)];
    Matrix next(product.mantissa.rows(), product.mantissa.cols());
    for (Index t = i * stride + 1; t < std::min(T, (i + 1) * stride); ++t) {
      if (stopped || (cancelled && cancelled())) {
        stopped = true;
        return;
      }
      const ScaledMatrix& J = jacobians[static_cast<std::size_t>(t)];
      next.setZero();
      model::add_product(J.mantissa, model::Transpose::no, product.mantissa, model::Transpose::no,
                         next);
      product.mantissa.swap(next);
      product.exponent += J.exponent;
      normalize(product);
    }
    products[static_cast<std::size_t>(i)] = std::move(product);
  });
  if (stopped) return std::nullopt;
  return products;
}

}  // namespace

double estimated_cost(Index steps, Index state_size, MatrixNorm norm, Index stride) {
  const auto n = static_cast<double>(state_size);
  const double T = std::ceil(static_cast<double>(steps) / static_cast<double>(stride));
  const double levels = std::max(1.0, std::log2(T / 4.0));
  const double pairs = 0.5 * T * T;
  const double per_pair = norm == MatrixNorm::spectral ? 45.0 * n * n + 3000.0 : n * n + 20.0;
  const double into_strides = stride > 1 ? 2.0 * n * n * n * static_cast<double>(steps) : 0.0;
  return into_strides + 4.0 * n * n * n * T * levels + per_pair * pairs;
}

// The Jacobians, their products to one side of a middle step and the Gram matrices of these.
double exact_memory(Index steps, Index state_size) {
  const auto n = static_cast<double>(state_size);
  return 3.0 * sizeof(double) * static_cast<double>(steps) * n * n;
}

std::optional<JacobianNorms> coarse_jacobian_norms(const model::Model& model,
                                                   const model::Trace& trace, Index sequence,
                                                   MatrixNorm norm, Index stride,
                                                   const CancelFunction& cancelled,
                                                   StateBlock block) {
  const Index T = trace.length(sequence);
  const MappedBlock mapped = mapped_block(model, norm, block);
  if (cancelled && cancelled()) return std::nullopt;
  const auto products = strides(step_jacobians(model, trace, sequence), stride, cancelled);
  if (!products) return std::nullopt;
  TriangularMap grid(static_cast<Index>(products->size()), mapped.log10_identity);
  if (!product_norms(*products, mapped.range, norm, grid, cancelled)) return std::nullopt;
  JacobianNorms result{norm,
                       sequence,
                       mapped.block,
                       model.parameters.hidden_size(),
                       TriangularMap(T, mapped.log10_identity),
                       stride};
  StepGrid(T, stride).interpolate(grid, result.log10_norm);
  return result;
}

}  // namespace backflow::gradient
