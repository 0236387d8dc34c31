#include "core/gradient/chain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "core/gradient/spectrum.h"
#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

const ScaledMatrix& jacobian_of(const std::vector<ScaledMatrix>& jacobians, Index step) {
  return jacobians[static_cast<std::size_t>(step - 1)];
}

// product ← product · J; the rows are cut for the cores, as nothing mixes them.
void append(ScaledMatrix& product, const ScaledMatrix& J, Matrix& room) {
  constexpr Index kRows = 64;
  const Index n = product.mantissa.rows();
  room.resize(n, n);
  const auto rows = [&](Index i) {
    const Index first = i * kRows, count = std::min(kRows, n - first);
    room.middleRows(first, count).noalias() =
        product.mantissa.middleRows(first, count) * J.mantissa;
  };
  if (n <= kRows)
    rows(0);
  else
    parallel::for_each((n + kRows - 1) / kRows, rows);
  product.mantissa.swap(room);
  product.exponent += J.exponent;
  normalize(product);
}

ScaledMatrix block_of(const ScaledMatrix& x, BlockRange range) {
  ScaledMatrix block{x.mantissa.block(range.first, range.first, range.count, range.count),
                     x.exponent};
  normalize(block);
  return block;
}

double log10_norm(const ScaledMatrix& x, MatrixNorm norm) {
  return log10_scaled(
      norm == MatrixNorm::spectral ? spectral_norm(x.mantissa) : model::norm_of(x.mantissa),
      x.exponent);
}

}  // namespace

ScaledMatrix thinned_out(const ScaledMatrix& x, Index side) {
  const Index n = x.mantissa.rows();
  if (n <= side) return x;
  ScaledMatrix thin{Matrix(side, side), x.exponent};
  for (Index j = 0; j < side; ++j)
    for (Index i = 0; i < side; ++i) {
      const Index row = i * n / side, col = j * n / side;
      const auto part =
          x.mantissa.block(row, col, (i + 1) * n / side - row, (j + 1) * n / side - col);
      double largest = 0.0;
      for (const double value : part.reshaped())
        if (std::isnan(value) || std::abs(value) > std::abs(largest)) {
          largest = value;
          if (std::isnan(value)) break;
        }
      thin.mantissa(i, j) = largest;
    }
  return thin;
}

bool for_each_running_product(const std::vector<ScaledMatrix>& jacobians, Index t, Index k,
                              const std::function<void(Index, const ScaledMatrix&)>& visit,
                              const CancelFunction& cancelled) {
  ScaledMatrix product;
  Matrix room;
  for (Index i = t; i > k; --i) {
    if (cancelled && cancelled()) return false;
    if (i == t)
      product = jacobian_of(jacobians, t);
    else
      append(product, jacobian_of(jacobians, i), room);
    visit(i, product);
  }
  return true;
}

std::optional<Chain> chain(const std::vector<ScaledMatrix>& jacobians, Index t, Index k,
                           const MappedBlock& block, MatrixNorm norm, const TriangularMap* known,
                           const ChainOptions& options, const CancelFunction& cancelled) {
  Chain chain{t, k, block.range.count, block.block, norm, {}, {}};
  if (t == k) {
    chain.log10_singular_values.assign(static_cast<std::size_t>(block.range.count), 0.0);
    return chain;
  }
  const bool done = for_each_running_product(
      jacobians, t, k,
      [&](Index i, const ScaledMatrix& product) {
        ChainLink& link = chain.links.emplace_back();
        link.step = i;
        const bool at_an_end = t - i < options.most || i - k <= options.most;
        if (known != nullptr) {
          link.log10_norm = known->at(i, i - 1);
          link.log10_product = known->at(t, i - 1);
          if (!at_an_end) return;
        }
        const ScaledMatrix own = block_of(jacobian_of(jacobians, i), block.range);
        const ScaledMatrix running = block_of(product, block.range);
        if (known == nullptr) {
          link.log10_norm = log10_norm(own, norm);
          link.log10_product = log10_norm(running, norm);
        }
        if (!at_an_end) return;
        link.jacobian = thinned_out(own, options.side);
        link.product = thinned_out(running, options.side);
      },
      cancelled);
  if (!done) return std::nullopt;
  const auto factors =
      std::span(jacobians).subspan(static_cast<std::size_t>(k), static_cast<std::size_t>(t - k));
  auto values = log10_singular_values(factors, block.range, cancelled);
  if (!values) return std::nullopt;
  chain.log10_singular_values = std::move(*values);
  return chain;
}

}  // namespace backflow::gradient
