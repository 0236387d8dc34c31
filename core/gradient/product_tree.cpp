#include "core/gradient/product_tree.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/gradient/largest_eigenvalues.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

// Matrices (n, n) side by side, each with a power of two of its own.
struct Blocks {
  Matrix data;
  std::vector<std::int64_t> exponents;

  Blocks(Index n, Index count)
      : data(n, n * count), exponents(static_cast<std::size_t>(count), 0) {}
  Index count() const { return static_cast<Index>(exponents.size()); }
  auto block(Index i) { return data.middleCols(i * data.rows(), data.rows()); }
  auto block(Index i) const { return data.middleCols(i * data.rows(), data.rows()); }
  std::int64_t& exponent(Index i) { return exponents[static_cast<std::size_t>(i)]; }
  std::int64_t exponent(Index i) const { return exponents[static_cast<std::size_t>(i)]; }
};

// Moves the size of a block into its exponent when its squares could leave the range of double.
template <class Block>
void keep_in_range(Block block, std::int64_t& exponent) {
  const int shift = binary_exponent(block);
  if (shift >= -64 && shift <= 64) return;
  block *= std::ldexp(1.0, -shift / 2);  // in two halves: 2^−shift may be out of range
  block *= std::ldexp(1.0, -shift + shift / 2);
  exponent += shift;
}

class ProductTree {
public:
  ProductTree(const std::vector<ScaledMatrix>& jacobians, MatrixNorm norm,
              TriangularMap& log10_norm, const std::function<bool()>& cancelled)
      : jacobians_(jacobians),
        norm_(norm),
        out_(log10_norm),
        cancelled_(cancelled),
        n_(jacobians.front().mantissa.rows()),
        cancelling_(jacobians.size() + 1) {}

  bool run() { return run(0, out_.steps()) && form_cancelling(); }

private:
  // All pairs lo ≤ k < t ≤ hi.
  bool run(Index lo, Index hi) {
    if (stop()) return false;
    if (hi - lo <= leaf()) {
      form_products(lo, hi);
      return true;
    }
    const Index middle = lo + (hi - lo) / 2;
    return across(lo, middle, hi) && run(lo, middle) && run(middle, hi);
  }

  // Steps below which products are as cheap as Gram matrices; a spectral norm of its own is dear.
  Index leaf() const { return norm_ == MatrixNorm::spectral && n_ >= 12 ? 2 : 6; }

  // Measured: below this share of ‖L‖² ‖R‖²/n the squares have lost too many digits.
  static constexpr double kCancellation = 1e-4;

  bool stop() const { return cancelled_ && cancelled_(); }

  const ScaledMatrix& jacobian(Index t) const {
    return jacobians_[static_cast<std::size_t>(t - 1)];
  }

  double norm_of(const Eigen::Ref<const Matrix>& x) const {
    return norm_ == MatrixNorm::spectral ? spectral_norm(x) : x.norm();
  }

  // The plain way: for each t the products of all k side by side.
  void form_products(Index lo, Index hi) {
    Blocks products(n_, hi - lo);
    Matrix next(n_, n_ * (hi - lo));
    for (Index t = lo + 1; t <= hi; ++t) {
      const Index count = t - lo;
      next.leftCols((count - 1) * n_).noalias() =
          jacobian(t).mantissa * products.data.leftCols((count - 1) * n_);
      next.middleCols((count - 1) * n_, n_) = jacobian(t).mantissa;
      products.data.swap(next);
      for (Index i = 0; i < count; ++i) {
        products.exponent(i) += jacobian(t).exponent;
        keep_in_range(products.block(i), products.exponent(i));
        out_.at(t, lo + i) = log10_scaled(norm_of(products.block(i)), products.exponent(i));
      }
    }
  }

  // L_t for t = m + 1..hi.
  Blocks left_factors(Index m, Index hi) const {
    Blocks left(n_, hi - m);
    for (Index i = 0; i < hi - m && !stop(); ++i) {
      const ScaledMatrix& J = jacobian(m + 1 + i);
      if (i == 0)
        left.block(0) = J.mantissa;
      else
        left.block(i).noalias() = J.mantissa * left.block(i - 1);
      left.exponent(i) = J.exponent + (i == 0 ? 0 : left.exponent(i - 1));
      keep_in_range(left.block(i), left.exponent(i));
    }
    return left;
  }

  // R_k for k = lo..m − 1.
  Blocks right_factors(Index lo, Index m) const {
    Blocks right(n_, m - lo);
    for (Index i = m - lo - 1; i >= 0 && !stop(); --i) {
      const ScaledMatrix& J = jacobian(lo + i + 1);
      const bool last = i == m - lo - 1;
      if (last)
        right.block(i) = J.mantissa;
      else
        right.block(i).noalias() = right.block(i + 1) * J.mantissa;
      right.exponent(i) = J.exponent + (last ? 0 : right.exponent(i + 1));
      keep_in_range(right.block(i), right.exponent(i));
    }
    return right;
  }

  // LᵀL or R Rᵀ of every block; both triangles when `full`, else the upper one.
  Matrix grams(const Blocks& factors, bool left, bool full) const {
    Matrix all(n_, factors.data.cols());
    for (Index i = 0; i < factors.count(); ++i) {
      auto gram = all.middleCols(i * n_, n_);
      if (full && n_ <= kSmall) {
        if (left)
          gram.noalias() = factors.block(i).transpose() * factors.block(i);
        else
          gram.noalias() = factors.block(i) * factors.block(i).transpose();
        continue;
      }
      gram.setZero();
      if (left)
        gram.template selfadjointView<Eigen::Upper>().rankUpdate(factors.block(i).transpose());
      else
        gram.template selfadjointView<Eigen::Upper>().rankUpdate(factors.block(i));
      if (full) gram.template triangularView<Eigen::StrictlyLower>() = gram.transpose();
    }
    return all;
  }

  // The upper triangles in columns, √2 off the diagonal: ⟨A, B⟩ is the plain inner product.
  Matrix packed(const Matrix& all) const {
    const Index count = all.cols() / n_;
    Matrix out(n_ * (n_ + 1) / 2, count);
    for (Index i = 0; i < count; ++i) {
      Index at = 0;
      for (Index j = 0; j < n_; ++j) {
        const auto column = all.col(i * n_ + j);
        out.col(i).segment(at, j) = std::sqrt(2.0) * column.head(j);
        out(at + j, i) = column[j];
        at += j + 1;
      }
    }
    return out;
  }

  bool across(Index lo, Index m, Index hi) {
    const Blocks left = left_factors(m, hi), right = right_factors(lo, m);
    if (stop()) return false;
    Matrix squares;  // ‖L_t R_k‖² in the norm asked for; NaN where it did not come out
    if (norm_ == MatrixNorm::frobenius) {
      squares.noalias() =
          packed(grams(left, true, false)).transpose() * packed(grams(right, false, false));
    } else {
      squares.resize(left.count(), right.count());
      if (!largest_eigenvalues(grams(left, true, true), grams(right, false, true), cancelled_,
                               squares))
        return false;
    }
    store(left, right, squares, m, lo);
    return true;
  }

  void store(const Blocks& left, const Blocks& right, const Matrix& squares, Index m, Index lo) {
    const double share = kCancellation / static_cast<double>(n_);
    std::vector<double> left_norm;
    for (Index i = 0; i < left.count(); ++i) left_norm.push_back(left.block(i).squaredNorm());
    for (Index j = 0; j < right.count(); ++j) {
      const double right_norm = right.block(j).squaredNorm();
      for (Index i = 0; i < left.count(); ++i) {
        const double bound = left_norm[static_cast<std::size_t>(i)] * right_norm;
        const double square = squares(i, j);
        double& out = out_.at(m + 1 + i, lo + j);
        if (!std::isfinite(bound))
          out = std::numeric_limits<double>::quiet_NaN();
        else if (square >= share * bound && bound > 0.0 && std::isfinite(square))
          out = log10_scaled(std::sqrt(square), left.exponent(i) + right.exponent(j));
        else if (bound == 0.0 || is_structurally_zero(left.block(i), right.block(j)))
          out = -std::numeric_limits<double>::infinity();
        else
          cancelling_[static_cast<std::size_t>(m + 1 + i)].push_back(lo + j);
      }
    }
  }

  // No column of the left factor that is not all zero meets such a row of the right one: dead
  // units.
  static bool is_structurally_zero(const Eigen::Ref<const Matrix>& left,
                                   const Eigen::Ref<const Matrix>& right) {
    for (Index i = 0; i < left.cols(); ++i)
      if ((left.col(i).array() != 0.0).any() && (right.row(i).array() != 0.0).any()) return false;
    return true;
  }

  // Where L_t R_k cancels, the digits lost in forming L_t are missed as well: such products are
  // formed step by step from J_t downwards, all k of a t in one go.
  bool form_cancelling() {
    for (Index t = 1; t <= out_.steps(); ++t) {
      auto& wanted = cancelling_[static_cast<std::size_t>(t)];
      if (wanted.empty()) continue;
      if (stop()) return false;
      std::sort(wanted.begin(), wanted.end());
      Matrix product = jacobian(t).mantissa, next(n_, n_);
      std::int64_t exponent = jacobian(t).exponent;
      for (Index k = t - 1; !wanted.empty(); --k) {
        if (wanted.back() == k) {
          out_.at(t, k) = log10_scaled(norm_of(product), exponent);
          wanted.pop_back();
        }
        if (wanted.empty()) break;
        next.noalias() = product * jacobian(k).mantissa;
        product.swap(next);
        exponent += jacobian(k).exponent;
        keep_in_range(product.middleCols(0, n_), exponent);
      }
    }
    return true;
  }

  static constexpr Index kSmall = 24;  // below, a plain product beats a rank update

  const std::vector<ScaledMatrix>& jacobians_;
  MatrixNorm norm_;
  TriangularMap& out_;
  const std::function<bool()>& cancelled_;
  Index n_;
  std::vector<std::vector<Index>> cancelling_;  // for each t, the k whose squares are no good
};

}  // namespace

bool product_norms(const std::vector<ScaledMatrix>& jacobians, MatrixNorm norm,
                   TriangularMap& log10_norm, const std::function<bool()>& cancelled) {
  if (jacobians.empty()) return true;
  return ProductTree(jacobians, norm, log10_norm, cancelled).run();
}

}  // namespace backflow::gradient
