#include "core/gradient/spectrum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/gradient/graded_qr.h"
#include "core/model/eigenvalues.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// Appends the eigenvalues of x to `list`.
void append_eigenvalues(ScaledMatrix x, std::vector<Eigenvalue>& list) {
  normalize(x);
  const Index n = x.mantissa.rows();
  if ((x.mantissa.array() == 0.0).all()) {
    list.insert(list.end(), static_cast<std::size_t>(n), {-kInf, 0.0});
    return;
  }
  const auto found = model::eigenvalues(x.mantissa);
  for (Index i = 0; i < n; ++i) {
    const std::complex<double> value = found ? (*found)[i] : kNaN;
    // A real negative number may come with either sign of its zero.
    const double argument =
        value.imag() == 0.0 ? (value.real() < 0.0 ? std::numbers::pi : 0.0) : std::arg(value);
    list.push_back({log10_scaled(std::abs(value), x.exponent), argument});
  }
}

// One pass of orthogonal iteration: the product in the basis Q is `turn` · R_T … R_1, and Q moves
// on to the next basis.
struct Pass {
  std::vector<Matrix> R;
  Matrix turn;
};

std::optional<Pass> iterate(std::span<const ScaledMatrix> factors, Matrix& Q,
                            const CancelFunction& cancelled) {
  Pass pass;
  const Matrix start = Q;
  for (const ScaledMatrix& factor : factors) {
    if (cancelled && cancelled()) return std::nullopt;
    GradedQr qr = graded_qr(factor.mantissa * Q);
    pass.R.push_back(std::move(qr.R));
    Q = std::move(qr.Q);
  }
  pass.turn = start.transpose() * Q;
  return pass;
}

// Where the diagonal blocks of an orthogonal matrix begin that have nothing (but rounding) to their
// lower left, and n.
std::vector<Index> block_starts(const Matrix& turn) {
  constexpr double kNothing = 1e-13;
  const Index n = turn.rows();
  std::vector<Index> starts{0};
  for (Index i = 1; i < n; ++i)
    if (turn.bottomLeftCorner(n - i, i).cwiseAbs().maxCoeff() <= kNothing) starts.push_back(i);
  starts.push_back(n);
  return starts;
}

Index largest_block(const std::vector<Index>& starts) {
  Index largest = 0;
  for (std::size_t i = 1; i < starts.size(); ++i)
    largest = std::max(largest, starts[i] - starts[i - 1]);
  return largest;
}

ScaledMatrix block_product(const Pass& pass, std::span<const ScaledMatrix> factors, Index begin,
                           Index size) {
  ScaledMatrix product{Matrix::Identity(size, size), 0};
  for (std::size_t t = 0; t < factors.size(); ++t) {
    product.mantissa = pass.R[t].block(begin, begin, size, size) * product.mantissa;
    product.exponent += factors[t].exponent;
    normalize(product);
  }
  product.mantissa = pass.turn.block(begin, begin, size, size) * product.mantissa;
  return product;
}

std::optional<std::vector<Eigenvalue>> product_eigenvalues(std::span<const ScaledMatrix> factors,
                                                           const CancelFunction& cancelled) {
  constexpr std::size_t kMaxCycles = 200, kFactorVisits = 2000;
  const Index n = factors.front().mantissa.rows();
  const std::size_t cycles = std::clamp<std::size_t>(kFactorVisits / factors.size(), 4, kMaxCycles);
  Matrix Q = Matrix::Identity(n, n);
  std::optional<Pass> pass;
  std::vector<Index> starts;
  for (std::size_t cycle = 0; cycle < cycles; ++cycle) {
    pass = iterate(factors, Q, cancelled);
    if (!pass) return std::nullopt;
    starts = block_starts(pass->turn);
    if (largest_block(starts) == 1) break;  // conjugate pairs stay blocks of two for ever
  }
  std::vector<Eigenvalue> list;
  for (std::size_t i = 1; i < starts.size(); ++i)
    append_eigenvalues(block_product(*pass, factors, starts[i - 1], starts[i] - starts[i - 1]),
                       list);
  return list;
}

}  // namespace

std::complex<double> Eigenvalue::value() const {
  // Zeros stay exact: the sine of a rounded π is not 0.
  const double modulus = std::pow(10.0, log10_modulus);
  if (argument == 0.0) return modulus;
  if (argument == std::numbers::pi) return -modulus;
  return std::polar(modulus, argument);
}

double Spectrum::log10_spectral_radius() const {
  return eigenvalues.empty() ? kNaN : eigenvalues.front().log10_modulus;
}

double Spectrum::log10_sigma_1() const {
  return log10_singular_values.empty() ? kNaN : log10_singular_values.front();
}

double Spectrum::log10_condition() const {
  if (log10_singular_values.empty()) return kNaN;
  const double last = log10_singular_values.back();
  return last == -kInf ? kInf : log10_singular_values.front() - last;
}

std::optional<std::vector<Eigenvalue>> eigenvalues(std::span<const ScaledMatrix> factors,
                                                   const CancelFunction& cancelled) {
  const auto n = static_cast<std::size_t>(factors.front().mantissa.rows());
  for (const ScaledMatrix& factor : factors)
    if (!factor.mantissa.allFinite()) return std::vector<Eigenvalue>(n, {kNaN, kNaN});
  if (cancelled && cancelled()) return std::nullopt;
  std::optional<std::vector<Eigenvalue>> list;
  if (factors.size() > 1)
    list = product_eigenvalues(factors, cancelled);
  else
    append_eigenvalues(factors.front(), list.emplace());
  const auto key = [](const Eigenvalue& value) {
    return std::isnan(value.log10_modulus) ? -kInf : value.log10_modulus;
  };
  if (list)
    std::stable_sort(list->begin(), list->end(),
                     [&](const Eigenvalue& a, const Eigenvalue& b) { return key(a) > key(b); });
  return list;
}

std::optional<Spectrum> spectrum(std::span<const ScaledMatrix> factors,
                                 const CancelFunction& cancelled) {
  auto values = eigenvalues(factors, cancelled);
  if (!values) return std::nullopt;
  auto singular = log10_singular_values(factors, cancelled);
  if (!singular) return std::nullopt;
  return Spectrum{std::move(*values), std::move(*singular)};
}

std::optional<Spectrum> spectrum(std::span<const ScaledMatrix> factors, BlockRange block,
                                 const CancelFunction& cancelled) {
  if (block.count == factors.front().mantissa.rows()) return spectrum(factors, cancelled);
  auto singular = log10_singular_values(factors, block, cancelled);
  if (!singular) return std::nullopt;
  // From the right, of these columns alone.
  ScaledMatrix product{factors.front().mantissa.middleCols(block.first, block.count),
                       factors.front().exponent};
  for (const ScaledMatrix& factor : factors.subspan(1)) {
    if (cancelled && cancelled()) return std::nullopt;
    product.mantissa = factor.mantissa * product.mantissa;
    product.exponent += factor.exponent;
    normalize(product);
  }
  ScaledMatrix own{product.mantissa.middleRows(block.first, block.count), product.exponent};
  normalize(own);
  auto values = eigenvalues({&own, 1}, cancelled);
  if (!values) return std::nullopt;
  return Spectrum{std::move(*values), std::move(*singular)};
}

std::optional<Spectrum> spectrum(const Matrix& W, const CancelFunction& cancelled) {
  std::vector<ScaledMatrix> factor{{W, 0}};
  normalize(factor.front());
  return spectrum(factor, cancelled);
}

}  // namespace backflow::gradient
