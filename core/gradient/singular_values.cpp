// The singular values of a product; see spectrum.h.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/gradient/graded_qr.h"
#include "core/gradient/spectrum.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;
using model::Vector;

// Columns with a power of two each: column j is mantissa.col(j) · 2^exponent[j].
struct ScaledColumns {
  Matrix mantissa;
  std::vector<std::int64_t> exponent;

  std::int64_t& power(Index j) { return exponent[static_cast<std::size_t>(j)]; }
  std::int64_t power(Index j) const { return exponent[static_cast<std::size_t>(j)]; }

  void normalize_column(Index j) {
    const int shift = binary_exponent(mantissa.col(j));
    if (shift == 0) return;
    mantissa.col(j) =
        mantissa.col(j).unaryExpr([shift](double v) { return std::ldexp(v, -shift); });
    power(j) += shift;
  }
};

// The transpose of R X for upper triangular R, X given as its transpose: the rows of X are graded,
// and each row of the product takes the exponent of its largest term.
ScaledColumns times(const Matrix& R, const ScaledColumns& X, std::int64_t exponent_of_R) {
  const Index n = R.rows();
  ScaledColumns product{Matrix::Zero(n, n), std::vector<std::int64_t>(X.exponent.size(), 0)};
  Matrix weights = Matrix::Zero(n, n);  // Rᵀ, column i divided by 2^exponent of the new row i
  const auto is_zero = (X.mantissa.array() == 0.0).colwise().all().eval();
  for (Index i = 0; i < n; ++i) {
    std::int64_t largest = std::numeric_limits<std::int64_t>::min();
    for (Index j = i; j < n; ++j) {
      if (R(i, j) == 0.0 || is_zero[j]) continue;
      largest = std::max(largest, std::ilogb(R(i, j)) + X.power(j));
    }
    if (largest == std::numeric_limits<std::int64_t>::min()) continue;
    product.power(i) = largest + exponent_of_R;
    for (Index j = i; j < n; ++j) {
      const auto shift = std::clamp<std::int64_t>(X.power(j) - largest, -5000, 5000);
      weights(j, i) = std::ldexp(R(i, j), static_cast<int>(shift));
    }
  }
  product.mantissa.noalias() = X.mantissa * weights;
  for (Index i = 0; i < n; ++i) product.normalize_column(i);
  return product;
}

// Rotates columns p and q until they are orthogonal; false when they were.
bool rotate(ScaledColumns& X, Index p, Index q, double tolerance) {
  if (X.power(p) < X.power(q)) std::swap(p, q);
  auto x = X.mantissa.col(p), y = X.mantissa.col(q);
  const double xx = x.squaredNorm(), yy = y.squaredNorm(), xy = x.dot(y);
  if (std::abs(xy) <= tolerance * std::sqrt(xx * yy) || xx == 0.0 || yy == 0.0) return false;
  const std::int64_t difference = X.power(q) - X.power(p);
  if (difference < -100) {
    // The rotation leaves x as it is to far below the last digit.
    y -= (xy / xx) * x;
  } else {
    const double shrink = std::ldexp(1.0, static_cast<int>(difference));
    const double zeta = (yy * shrink - xx / shrink) / (2.0 * xy);
    const double tangent = (zeta < 0.0 ? -1.0 : 1.0) / (std::abs(zeta) + std::hypot(1.0, zeta));
    const double cosine = 1.0 / std::hypot(1.0, tangent), sine = cosine * tangent;
    const Vector old = x;
    x = cosine * old - (sine * shrink) * y;
    y = (sine / shrink) * old + cosine * y;
  }
  X.normalize_column(p);
  X.normalize_column(q);
  return true;
}

double log10_size(const ScaledColumns& X, Index j) {
  return log10_scaled(X.mantissa.col(j).norm(), X.power(j));
}

// Puts the long columns first.
void sort_columns(ScaledColumns& X) {
  const Index n = X.mantissa.cols();
  std::vector<std::pair<double, Index>> order;
  for (Index j = 0; j < n; ++j) order.emplace_back(-log10_size(X, j), j);
  std::stable_sort(order.begin(), order.end());
  ScaledColumns sorted{Matrix(n, n), {}};
  for (Index j = 0; j < n; ++j) {
    const Index from = order[static_cast<std::size_t>(j)].second;
    sorted.mantissa.col(j) = X.mantissa.col(from);
    sorted.exponent.push_back(X.power(from));
  }
  X = std::move(sorted);
}

bool one_sided_jacobi(ScaledColumns& X, const CancelFunction& cancelled) {
  constexpr int kMaxSweeps = 60;  // seldom more than ten are needed
  const Index n = X.mantissa.cols();
  const double tolerance =
      std::sqrt(static_cast<double>(n)) * std::numeric_limits<double>::epsilon();
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    if (cancelled && cancelled()) return false;
    sort_columns(X);
    bool rotated = false;
    for (Index p = 0; p < n; ++p)
      for (Index q = p + 1; q < n; ++q) rotated = rotate(X, p, q, tolerance) || rotated;
    if (!rotated) break;
  }
  return true;
}

}  // namespace

std::optional<std::vector<double>> log10_singular_values(std::span<const ScaledMatrix> factors,
                                                         const CancelFunction& cancelled) {
  return log10_singular_values(factors, {0, factors.front().mantissa.rows()}, cancelled);
}

// The singular values of a block are those of the product between two projections P, but for the
// zeros that these add. P acts at both ends of either pass, so that no factor is copied for it.
std::optional<std::vector<double>> log10_singular_values(std::span<const ScaledMatrix> factors,
                                                         BlockRange block,
                                                         const CancelFunction& cancelled) {
  const Index n = factors.front().mantissa.rows();
  const auto project = [&](Matrix& x) {
    x.topRows(block.first).setZero();
    x.bottomRows(n - block.first - block.count).setZero();
  };
  std::vector<double> result(static_cast<std::size_t>(block.count),
                             std::numeric_limits<double>::quiet_NaN());
  for (const ScaledMatrix& factor : factors)
    if (!factor.mantissa.allFinite()) return result;
  // From the left end first: Q then orders the directions by how much the product stretches them,
  // and R of the second pass has its large rows on top.
  Matrix Q = Matrix::Identity(n, n), moved;
  project(Q);
  for (auto factor = factors.rbegin(); factor != factors.rend(); ++factor) {
    if (cancelled && cancelled()) return std::nullopt;
    moved.noalias() = factor->mantissa.transpose() * Q;
    if (factor + 1 == factors.rend()) project(moved);
    Q = graded_qr(moved).Q;
  }
  ScaledColumns rows{Matrix::Identity(n, n),
                     std::vector<std::int64_t>(static_cast<std::size_t>(n), 0)};
  project(Q);
  for (const ScaledMatrix& factor : factors) {
    if (cancelled && cancelled()) return std::nullopt;
    moved.noalias() = factor.mantissa * Q;
    if (&factor == &factors.back()) project(moved);
    GradedQr qr = graded_qr(moved);
    rows = times(qr.R, rows, factor.exponent);
    Q = std::move(qr.Q);
  }
  if (!one_sided_jacobi(rows, cancelled)) return std::nullopt;
  result.resize(static_cast<std::size_t>(n));
  for (Index j = 0; j < n; ++j) result[static_cast<std::size_t>(j)] = log10_size(rows, j);
  std::sort(result.begin(), result.end(), std::greater<>());
  result.resize(static_cast<std::size_t>(block.count));
  return result;
}

}  // namespace backflow::gradient
