#include "core/gradient/product_tree.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/gradient/largest_eigenvalues.h"
#include "core/model/cell.h"
#include "core/model/matrix_product.h"
#include "core/model/norm.h"
#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;
using model::Vector;

using model::PackedMatrix;
using model::Transpose;

// Square matrices side by side, each with a power of two of its own.
struct Blocks {
  Matrix data;
  std::vector<std::int64_t> exponents;

  Blocks(Index size, Index count)
      : data(size, size * count), exponents(static_cast<std::size_t>(count), 0) {}
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
  scale(block, -shift);
  exponent += shift;
}

class ProductTree {
public:
  ProductTree(const std::vector<ScaledMatrix>& jacobians, BlockRange block, MatrixNorm norm,
              TriangularMap& log10_norm, const std::function<bool()>& cancelled)
      : jacobians_(jacobians),
        part_(block),
        norm_(norm),
        out_(log10_norm),
        cancelled_(cancelled),
        n_(jacobians.front().mantissa.rows()),
        cancelling_(jacobians.size() + 1) {}

  // Level by level. The first node is worked on by all cores; the nodes of the next levels do not
  // touch each other's steps and go to one core each.
  bool run() {
    std::vector<Node> level{{0, out_.steps()}};
    while (!level.empty() && !stop()) {
      parallel::for_each(static_cast<Index>(level.size()),
                         [&](Index i) { work(level[static_cast<std::size_t>(i)]); });
      std::vector<Node> next;
      for (const Node& node : level) {
        if (node.hi - node.lo <= leaf()) continue;
        next.push_back({node.lo, node.middle()});
        next.push_back({node.middle(), node.hi});
      }
      level.swap(next);
    }
    if (ends_in_single_steps() && !stop()) single_steps();
    form_cancelling();
    return !stop();
  }

private:
  // The pairs lo ≤ k < t ≤ hi.
  struct Node {
    Index lo, hi;
    Index middle() const { return lo + (hi - lo) / 2; }
  };

  void work(const Node& node) {
    if (stop() || (ends_in_single_steps() && node.hi - node.lo == 1)) return;
    if (node.hi - node.lo <= leaf())
      form_products(node.lo, node.hi);
    else
      across(node.lo, node.middle(), node.hi);
  }

  // Steps below which products are as cheap as Gram matrices. A spectral norm of its own is dear:
  // then single steps are left over, and single_steps() does them together.
  bool ends_in_single_steps() const { return norm_ == MatrixNorm::spectral && n_ >= 12; }
  Index leaf() const { return ends_in_single_steps() ? 1 : 7; }

  // Measured: below this share of ‖L‖² ‖R‖²/n the squares have lost too many digits.
  static constexpr double kCancellation = 1e-4;

  // An LSTM's open gates hand a part of the state on nearly unchanged: singular values lie close.
  bool is_part() const { return part_.count < n_; }

  bool stop() const { return cancelled_ && cancelled_(); }

  const ScaledMatrix& jacobian(Index t) const {
    return jacobians_[static_cast<std::size_t>(t - 1)];
  }

  double norm_of(const Eigen::Ref<const Matrix>& x) const {
    return norm_ == MatrixNorm::spectral ? spectral_norm(x) : model::norm_of(x);
  }

  // What of a product ∂state_t/∂state_k is asked for.
  Eigen::Ref<const Matrix> asked_rows(const Eigen::Ref<const Matrix>& x) const {
    return x.middleRows(part_.first, part_.count);
  }
  Eigen::Ref<const Matrix> asked_cols(const Eigen::Ref<const Matrix>& x) const {
    return x.middleCols(part_.first, part_.count);
  }

  // The plain way: for each t the products of all k side by side.
  void form_products(Index lo, Index hi) {
    Blocks products(n_, hi - lo);
    Matrix next(n_, n_ * (hi - lo));
    PackedMatrix packed;
    for (Index t = lo + 1; t <= hi; ++t) {
      const Index count = t - lo;
      packed.pack(jacobian(t).mantissa);
      next.leftCols((count - 1) * n_).setZero();
      packed.multiply_add(products.data.leftCols((count - 1) * n_),
                          next.leftCols((count - 1) * n_));
      next.middleCols((count - 1) * n_, n_) = jacobian(t).mantissa;
      products.data.swap(next);
      for (Index i = 0; i < count; ++i) {
        products.exponent(i) += jacobian(t).exponent;
        keep_in_range(products.block(i), products.exponent(i));
        out_.at(t, lo + i) =
            log10_scaled(norm_of(asked_cols(asked_rows(products.block(i)))), products.exponent(i));
      }
    }
  }

  // σ_max(J_t)² = λ_max(J_t J_tᵀ) for all t.
  void single_steps() {
    const Index T = out_.steps();
    Blocks steps(part_.count, T);
    const Semidefinite identity = Semidefinite::identity(part_.count);
    std::vector<Semidefinite> matrices(static_cast<std::size_t>(T), identity);
    parallel::for_each(T, [&](Index i) {
      steps.block(i) = asked_cols(asked_rows(jacobian(i + 1).mantissa));
      steps.exponent(i) = jacobian(i + 1).exponent;
      keep_in_range(steps.block(i), steps.exponent(i));
      matrices[static_cast<std::size_t>(i)] = Semidefinite::square(steps.block(i));
    });
    Matrix squares;
    if (!largest_eigenvalues(matrices, {&identity, 1}, cancelled_, squares, {}, is_part())) return;
    for (Index i = 0; i < T; ++i) {
      const double square = squares(i, 0);
      const double norm = std::isfinite(square) ? std::sqrt(square) : norm_of(steps.block(i));
      out_.at(i + 1, i) = log10_scaled(norm, steps.exponent(i));
    }
  }

  // L_tᵀ for t = m + 1..hi: transposed, the same formulas and the quicker products serve both
  // sides.
  Blocks left_factors(Index m, Index hi) const {
    Blocks left(n_, hi - m);
    for (Index i = 0; i < hi - m && !stop(); ++i) {
      const ScaledMatrix& J = jacobian(m + 1 + i);
      if (i == 0)
        left.block(i) = J.mantissa.transpose();
      else
        model::assign_product(left.block(i - 1), Transpose::no, J.mantissa, Transpose::yes,
                              left.block(i));
      left.exponent(i) = J.exponent + (i == 0 ? 0 : left.exponent(i - 1));
      keep_in_range(left.block(i), left.exponent(i));
    }
    keep_asked_in_range(left);
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
        model::assign_product(right.block(i + 1), Transpose::no, J.mantissa, Transpose::no,
                              right.block(i));
      right.exponent(i) = J.exponent + (last ? 0 : right.exponent(i + 1));
      keep_in_range(right.block(i), right.exponent(i));
    }
    keep_asked_in_range(right);
    return right;
  }

  // Once all factors are there the asked columns alone count, and those of h may be far smaller
  // than those of c.
  void keep_asked_in_range(Blocks& factors) const {
    for (Index i = 0; i < factors.count() && part_.count < n_; ++i)
      keep_in_range(factors.block(i).middleCols(part_.first, part_.count), factors.exponent(i));
  }

  // The upper triangle of X Xᵀ, of the columns that are asked for, and anything below it.
  void gram(const Eigen::Ref<const Matrix>& factor, model::MutableRef out) const {
    const auto X = asked_cols(factor);
    constexpr Index kColumns = 48;  // what lies below a block on the diagonal is left out
    for (Index col = 0; col < n_; col += kColumns) {
      const Index count = std::min(kColumns, n_ - col), rows = col + count;
      model::assign_product(X.topRows(rows), Transpose::no, X.middleRows(col, count),
                            Transpose::yes, out.block(0, col, rows, count));
    }
  }

  // X Xᵀ of every block, for products with vectors. Where there are few of them, on the other side
  // as well, forming it costs more than it saves, and of a part of the state it saves nothing.
  std::vector<Semidefinite> squares_of(const Blocks& factors) const {
    const bool few = factors.count() <= n_ / 12 || 2 * part_.count <= n_;
    Matrix one(n_, few ? 0 : n_);
    std::vector<Semidefinite> all;
    for (Index i = 0; i < factors.count() && !stop(); ++i) {
      if (few) {
        all.push_back(Semidefinite::square(asked_cols(factors.block(i))));
        continue;
      }
      gram(factors.block(i), one);
      one.template triangularView<Eigen::StrictlyLower>() = one.transpose();
      all.push_back(Semidefinite::whole(one));
    }
    return all;
  }

  // The upper triangles column after column, √2 off the diagonal, so that ⟨A, B⟩ is the plain inner
  // product: a row for each matrix, and rows of zeros up to a multiple of kRows.
  static constexpr Index kRows = 8;
  Matrix packed_grams(const Blocks& factors) const {
    const Index count = factors.count(), rows = (count + kRows - 1) / kRows * kRows;
    const double sqrt2 = std::sqrt(2.0);
    Matrix all(n_, n_ * count);
    for (Index i = 0; i < count && !stop(); ++i) gram(factors.block(i), all.middleCols(i * n_, n_));
    Matrix out(rows, n_ * (n_ + 1) / 2);
    for (Index first = 0; first < rows; first += kRows) {
      const Index used = std::min(kRows, count - first);
      const double* const from = all.data() + first * n_ * n_;
      double* to = out.data() + first;
      for (Index j = 0; j < n_; ++j)
        for (Index i = 0; i <= j; ++i, to += rows)
          for (Index u = 0; u < kRows; ++u)
            to[u] = u < used ? (i < j ? sqrt2 : 1.0) * from[u * n_ * n_ + j * n_ + i] : 0.0;
    }
    return out;
  }

  // One side of a node: L_tᵀ or R_k, their Gram matrices in the form that the norm needs, and their
  // squared Frobenius norms.
  struct Side {
    Blocks factors;
    Matrix grams;
    std::vector<Semidefinite> operators;
    Vector squares;
  };

  Side side(Blocks factors) const {
    Side own{std::move(factors), {}, {}, {}};
    if (norm_ == MatrixNorm::frobenius)
      own.grams = packed_grams(own.factors);
    else
      own.operators = squares_of(own.factors);
    own.squares.resize(own.factors.count());
    for (Index i = 0; i < own.factors.count(); ++i)
      own.squares(i) = asked_cols(own.factors.block(i)).squaredNorm();
    return own;
  }

  void across(Index lo, Index m, Index hi) {
    std::optional<Side> sides[2];
    parallel::for_each(
        2, [&](Index i) { sides[i] = side(i == 0 ? left_factors(m, hi) : right_factors(lo, m)); });
    if (stop()) return;
    const Side &left = *sides[0], &right = *sides[1];
    const Index count = right.factors.count();
    Matrix squares;  // ‖L_t R_k‖² in the norm asked for; NaN where it did not come out
    if (norm_ == MatrixNorm::frobenius) {
      squares.resize(left.grams.rows(), count);
      parallel::for_each(2, [&](Index half) {
        const Index first = count * half / 2, own = count * (half + 1) / 2 - first;
        model::assign_product(left.grams, Transpose::no, right.grams.middleRows(first, own),
                              Transpose::yes, squares.middleCols(first, own));
      });
    } else {
      const auto root = [&](Index k) {
        return Semidefinite::square(asked_cols(right.factors.block(k)));
      };
      if (!largest_eigenvalues(left.operators, right.operators, cancelled_, squares, root,
                               is_part()))
        return;
    }
    if (stop()) return;
    parallel::for_each(2, [&](Index half) {
      const Index steps = left.factors.count();
      for (Index i = steps * half / 2; i < steps * (half + 1) / 2; ++i)
        store(left, right, squares, i, m, lo);
    });
  }

  // The norms of one t = m + 1 + i and all k.
  void store(const Side& left, const Side& right, const Matrix& squares, Index i, Index m,
             Index lo) {
    const double share = kCancellation / static_cast<double>(n_);
    const Index count = right.factors.count();
    // Several at a time: one logarithm takes as long as the rest.
    auto logs = model::scratch(4, count, 1);
    logs = squares.row(i).transpose();
    logs.array() = logs.array().log() * (0.5 / std::log(10.0));
    const double log10_of_2 = std::log10(2.0);
    for (Index j = 0; j < count; ++j) {
      const double bound = left.squares(i) * right.squares(j), square = squares(i, j);
      double& out = out_.at(m + 1 + i, lo + j);
      if (!std::isfinite(bound))
        out = std::numeric_limits<double>::quiet_NaN();
      else if (square >= share * bound && bound > 0.0 && std::isfinite(square))
        out = logs(j) + log10_of_2 * static_cast<double>(left.factors.exponent(i) +
                                                         right.factors.exponent(j));
      else if (bound == 0.0 || is_structurally_zero(asked_cols(left.factors.block(i)),
                                                    asked_cols(right.factors.block(j))))
        out = -std::numeric_limits<double>::infinity();
      else
        cancelling_[static_cast<std::size_t>(m + 1 + i)].push_back(lo + j);
    }
  }

  // No column of the left factor L that is not all zero meets such a row of the right one: dead
  // units.
  static bool is_structurally_zero(const Eigen::Ref<const Matrix>& left_transposed,
                                   const Eigen::Ref<const Matrix>& right) {
    const auto is_used = [](const Eigen::Ref<const Matrix>& x, Index row) {
      return (x.row(row).array() != 0.0).any();
    };
    for (Index i = 0; i < right.rows(); ++i)
      if (is_used(left_transposed, i) && is_used(right, i)) return false;
    return true;
  }

  // Where L_t R_k cancels, the digits lost in forming L_t are missed as well: such products are
  // formed step by step from J_t downwards, all k of a t in one go.
  void form_cancelling() {
    parallel::for_each(out_.steps(), [this](Index i) {
      const Index t = out_.steps() - i;  // the longest first
      if (!stop()) form_cancelling(t, cancelling_[static_cast<std::size_t>(t)]);
    });
  }

  void form_cancelling(Index t, std::vector<Index>& wanted) {
    if (wanted.empty()) return;
    std::sort(wanted.begin(), wanted.end());
    Matrix product = asked_rows(jacobian(t).mantissa), next(part_.count, n_);
    std::int64_t exponent = jacobian(t).exponent;
    for (Index k = t - 1; !wanted.empty(); --k) {
      if (wanted.back() == k) {
        out_.at(t, k) = log10_scaled(norm_of(asked_cols(product)), exponent);
        wanted.pop_back();
      }
      if (wanted.empty()) break;
      model::assign_product(product, Transpose::no, jacobian(k).mantissa, Transpose::no, next);
      product.swap(next);
      exponent += jacobian(k).exponent;
      keep_in_range(product.middleCols(0, n_), exponent);
    }
  }

  const std::vector<ScaledMatrix>& jacobians_;
  BlockRange part_;
  MatrixNorm norm_;
  TriangularMap& out_;
  const std::function<bool()>& cancelled_;
  Index n_;
  std::vector<std::vector<Index>> cancelling_;  // for each t, the k whose squares are no good
};

}  // namespace

bool product_norms(const std::vector<ScaledMatrix>& jacobians, BlockRange block, MatrixNorm norm,
                   TriangularMap& log10_norm, const std::function<bool()>& cancelled) {
  if (jacobians.empty()) return true;
  return ProductTree(jacobians, block, norm, log10_norm, cancelled).run();
}

}  // namespace backflow::gradient
