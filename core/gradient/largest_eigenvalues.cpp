#include "core/gradient/largest_eigenvalues.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "core/model/random.h"
#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

constexpr Index kTile = 16;            // pairs per side
constexpr Index kMostIterations = 80;  // of Lanczos; far more than separated eigenvalues need
// Relative to the eigenvalue: its error goes with the square of the residual where it lies alone,
// and where others are close the eigenvalue still grows.
constexpr double kResidual = 1e-7, kGrowth = 2e-10;
// Where they are known to be close.
constexpr double kSmallResidual = 1e-10;
// Coupled by less, what would come next is rounding noise.
constexpr double kExhausted = 1e-10;
// ‖v‖² trace(B) of a v with ⟨v, v⟩_B = 1: so many roundings that is wrong by.
constexpr double kMostRoundings = 1e9;

// The tridiagonal matrices of many pairs, of one size each, and their largest eigenvalues: lane by
// lane of the processor's vectors, because the recurrences of a single one wait for each division.
class Tridiagonals {
public:
  explicit Tridiagonals(Index count)
      : diagonal_(padded(count), kMostIterations),
        off_(padded(count), kMostIterations),
        largest_(Column::Zero(padded(count))),
        previous_(largest_),
        last_(padded(count)) {
    diagonal_.setZero();
    off_.setZero();
  }

  Index size() const { return size_; }
  void begin_row() { ++size_; }
  double& diagonal(Index pair) { return diagonal_(pair, size_ - 1); }
  /// Couples the last row and the one to come.
  double& off(Index pair) { return off_(pair, size_ - 1); }
  /// Couples the last row and the one before it.
  double off_before(Index pair) const { return size_ == 1 ? 0.0 : off_(pair, size_ - 2); }
  double largest(Index pair) const { return largest_(pair); }
  /// By how much it has grown with the last row.
  double growth(Index pair) const { return largest_(pair) - previous_(pair); }
  /// |last component| of the unit eigenvector of the largest eigenvalue.
  double last_component(Index pair) const { return last_(pair); }

  /// The eigenvalues, and the last components, of the pairs 0..count − 1.
  void solve(Index count) {
    previous_ = largest_;
    for (Index first = 0; first < count; first += kLanes) {
      update_largest(first);
      update_last(first);
    }
  }

  void move(Index from, Index to) {
    for (Index i = 0; i < size_; ++i) {
      diagonal_(to, i) = diagonal_(from, i);
      off_(to, i) = off_(from, i);
    }
    largest_(to) = largest_(from);
  }

private:
  static constexpr Index kLanes = 8;
  static constexpr int kMostSteps = 2000;  // of Newton; five to ten are usual
  using Column = Eigen::ArrayXd;
  using Lanes = Eigen::Array<double, kLanes, 1>;

  static Index padded(Index count) { return (count + kLanes - 1) / kLanes * kLanes; }
  auto lanes(const Eigen::ArrayXXd& of, Index first, Index i) const {
    return of.col(i).segment<kLanes>(first);
  }

  // Newton from above on the characteristic polynomial, whose ratios of leading minors are
  // q_i = x − a_i − b_{i−1}²/q_{i−1}: from the right of the largest root it falls monotonically, by
  // a share of the distance only as long as it sees many roots as one. It begins with the largest
  // eigenvalue of (θ b; b a), θ being the largest one before the new row.
  void update_largest(Index first) {
    if (size_ == 1) {
      largest_.segment<kLanes>(first) = lanes(diagonal_, first, 0);
      return;
    }
    const Lanes theta = largest_.segment<kLanes>(first), a = lanes(diagonal_, first, size_ - 1);
    const Lanes half = 0.5 * (theta - a), b = lanes(off_, first, size_ - 2);
    Lanes x = 0.5 * (theta + a) + (half.square() + b.square()).sqrt();
    Lanes moving = Lanes::Ones();
    for (int step = 0; step < kMostSteps && (moving != 0.0).any(); ++step) {
      Lanes q = x - lanes(diagonal_, first, 0);
      Lanes slope = Lanes::Ones();  // of q
      Lanes inverse = q.inverse();
      Lanes sum = inverse;  // Σ q_i′/q_i = p′/p
      for (Index i = 1; i < size_; ++i) {
        const Lanes b2 = lanes(off_, first, i - 1).square();
        slope = 1.0 + b2 * slope * inverse.square();
        q = x - lanes(diagonal_, first, i) - b2 * inverse;
        inverse = q.inverse();
        sum += slope * inverse;
      }
      const Lanes change = sum.inverse();
      moving = (change > 0.0).select(moving, 0.0);  // else rounding has taken over at the root
      x = (moving != 0.0).select(x - change, x);
      moving = (change < 1e-15 * x).select(0.0, moving);
    }
    largest_.segment<kLanes>(first) = x;
  }

  void update_last(Index first) {
    const Lanes x = largest_.segment<kLanes>(first);
    Lanes before = Lanes::Zero(), now = Lanes::Ones(), squares = Lanes::Ones();
    for (Index i = 0; i + 1 < size_; ++i) {
      Lanes next = (x - lanes(diagonal_, first, i)) * now;
      if (i > 0) next -= lanes(off_, first, i - 1) * before;
      next /= lanes(off_, first, i);
      before = now;
      now = next;
      squares += now.square();
    }
    last_.segment<kLanes>(first) = now.abs() / squares.sqrt();
  }

  Eigen::ArrayXXd diagonal_, off_;  // (pairs, rows); off_ of i couples i and i + 1
  Column largest_, previous_, last_;
  Index size_ = 0;
};

// Some pairs (i, j) advancing together. Those that have converged are left out: the others move up,
// in the order of j, then i.
class Tile {
public:
  using Matrices = std::span<const Semidefinite>;

  Tile(Matrices A, Matrices B, Eigen::Ref<Matrix> values, std::vector<Index> pairs, bool close)
      : a_(values.rows()),
        n_(A.front().size()),
        rooted_(all_have_roots(B)),
        m_(rooted_ ? B.front().root_columns() : n_),
        careful_(close && rooted_),
        A_(A),
        B_(B),
        values_(values),
        pairs_(std::move(pairs)),
        v_(m_, count()),
        u_(n_, count()),
        s_(rooted_ ? n_ : 0, count()),
        w_(m_, count()),
        before_(Matrix::Zero(m_, count())),
        from_(n_, values.cols()),
        to_(n_, values.cols()),
        chains_(count()) {
    places_.resize(pairs_.size());
    std::iota(places_.begin(), places_.end(), Index{0});
  }

  void run() {
    start();
    while (chains_.size() < kMostIterations && count() > 0) advance();
    for (Index column = 0; column < count(); ++column) value(column) = kNaN;
    std::sort(lost_.begin(), lost_.end());
  }

  /// The pairs whose digits were lost in the kernel of B, in their order; their values are NaN.
  const std::vector<Index>& lost() const { return lost_; }

private:
  static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  Index count() const { return static_cast<Index>(pairs_.size()); }
  Index i_of(Index column) const { return pairs_[at(column)] % a_; }
  Index j_of(Index column) const { return pairs_[at(column)] / a_; }
  double& value(Index column) { return values_(i_of(column), j_of(column)); }

  static bool all_have_roots(Matrices B) {
    return std::ranges::all_of(B, [&](const Semidefinite& matrix) {
      return matrix.has_root() && matrix.root_columns() == B.front().root_columns();
    });
  }

  // From A B times a random vector, which has no part in the kernel of A B, and is nearer to the
  // answer.
  void start() {
    model::Random random(0x6c616e63);
    const Matrix seed = random.normal_matrix(m_, 1, 1.0);
    if (rooted_) {
      v_ = seed.replicate(1, count());
    } else {
      for (Index j = 0; j < values_.cols(); ++j) B_[at(j)].multiply(seed, from_.col(j));
      for (Index i = 0; i < a_; ++i) {
        A_[at(i)].multiply(from_, to_);
        for (Index column = 0; column < count(); ++column)
          if (i_of(column) == i) v_.col(column) = to_.col(j_of(column));
      }
    }
    apply_B(v_, u_);
    closed_.assign(at(count()), false);
    for (Index column = 0; column < count(); ++column) {
      const double square = length_squared(v_, column);
      if (!(square > 0.0) || !std::isfinite(square)) {
        // Zero matrices have eigenvalue 0; what is not finite is left as NaN.
        close(column, square == 0.0 ? 0.0 : kNaN);
        continue;
      }
      v_.col(column) /= std::sqrt(square);
      u_.col(column) /= std::sqrt(square);
    }
    move_up();
  }

  // ⟨x, x⟩ in the inner product of the iteration, where u_ is B x or X x.
  double length_squared(const Matrix& x, Index column) const {
    return rooted_ ? x.col(column).squaredNorm() : x.col(column).dot(u_.col(column));
  }

  void close(Index column, double result) {
    closed_[at(column)] = true;
    value(column) = result;
  }

  void lose(Index column) {
    lost_.push_back(pairs_[at(column)]);
    close(column, kNaN);
  }

  void move_up() {
    Index kept = 0;
    for (Index column = 0; column < count(); ++column) {
      if (closed_[at(column)]) continue;
      if (kept != column) {
        for (Matrix* x : {&v_, &u_, &before_}) x->col(kept) = x->col(column);
        chains_.move(column, kept);
        pairs_[at(kept)] = pairs_[at(column)];
        places_[at(kept)] = places_[at(column)];
      }
      ++kept;
    }
    pairs_.resize(at(kept));
    places_.resize(at(kept));
    closed_.assign(at(kept), false);
  }

  // One Lanczos step of every pair.
  void advance() {
    Matrix& s = rooted_ ? s_ : w_;
    apply_A(u_, s);
    chains_.begin_row();
    for (Index column = 0; column < count(); ++column)
      chains_.diagonal(column) = u_.col(column).dot(s.col(column));
    if (rooted_) apply_root_transposed(s_, w_);
    for (Index column = 0; column < count(); ++column) {
      const double alpha = chains_.diagonal(column);
      w_.col(column) -= alpha * v_.col(column) + chains_.off_before(column) * before_.col(column);
    }
    if (careful_) orthogonalise();
    apply_B(w_, u_);
    chains_.solve(count());
    for (Index column = 0; column < count(); ++column) judge(column);
    before_.swap(v_);
    v_.swap(w_);
    if (std::find(closed_.begin(), closed_.end(), true) != closed_.end()) move_up();
  }

  // w against all before it. What is far from eigenvalues that lie close to each other comes back
  // otherwise, by roundings that grow as they do in the kernel of B, and looks like convergence.
  void orthogonalise() {
    basis_.push_back(Matrix(m_, basis_.empty() ? count() : basis_.front().cols()));
    for (Index column = 0; column < count(); ++column) {
      const Index place = places_[at(column)];
      basis_.back().col(place) = v_.col(column);
      for (const Matrix& q : basis_)
        w_.col(column) -= q.col(place).dot(w_.col(column)) * q.col(place);
    }
  }

  void judge(Index column) {
    const double square = length_squared(w_, column);
    if (!std::isfinite(square)) return close(column, kNaN);
    const double beta = std::sqrt(std::max(square, 0.0)), largest = chains_.largest(column);
    const double residual = beta * chains_.last_component(column);
    if (!rooted_ && !(w_.col(column).squaredNorm() * B_[at(j_of(column))].trace() <=
                      kMostRoundings * std::max(square, 0.0)))
      return lose(column);
    const bool exhausted = beta <= kExhausted * largest;
    // Three steps at least, lest an unlucky start looks like convergence.
    const bool converged = chains_.size() >= 3 &&
                           residual <= (careful_ ? kSmallResidual : kResidual) * largest &&
                           chains_.growth(column) <= kGrowth * largest;
    if (exhausted || converged) return close(column, largest);
    chains_.off(column) = beta;
    w_.col(column) /= beta;
    u_.col(column) /= beta;
  }

  // product(B_j, x, y) for the columns of each j, which lie side by side.
  template <class Product>
  void for_each_B(const Matrix& x, Matrix& y, const Product& product) const {
    for (Index column = 0, end; column < count(); column = end) {
      const Index j = j_of(column);
      for (end = column + 1; end < count() && j_of(end) == j;) ++end;
      product(B_[at(j)], x.middleCols(column, end - column), y.middleCols(column, end - column));
    }
  }

  void apply_B(const Matrix& x, Matrix& y) const {
    for_each_B(x, y, [&](const Semidefinite& B, const auto& from, auto to) {
      rooted_ ? B.multiply_root(from, to) : B.multiply(from, to);
    });
  }

  void apply_root_transposed(const Matrix& x, Matrix& y) const {
    for_each_B(x, y, [](const Semidefinite& B, const auto& from, auto to) {
      B.multiply_root_transposed(from, to);
    });
  }

  // The columns of one i lie apart.
  void apply_A(const Matrix& x, Matrix& y) {
    for (Index i = 0; i < a_; ++i) {
      columns_.clear();
      for (Index column = 0; column < count(); ++column)
        if (i_of(column) == i) columns_.push_back(column);
      const auto own = static_cast<Index>(columns_.size());
      if (own == 0) continue;
      for (Index k = 0; k < own; ++k) from_.col(k) = x.col(columns_[at(k)]);
      A_[at(i)].multiply(from_.leftCols(own), to_.leftCols(own));
      for (Index k = 0; k < own; ++k) y.col(columns_[at(k)]) = to_.col(k);
    }
  }

  Index a_, n_;
  bool rooted_;  // the iteration is that of Xᵀ A X
  Index m_;
  bool careful_;  // each vector is made orthogonal to all before it
  Matrices A_, B_;
  Eigen::Ref<Matrix> values_;
  std::vector<Index> pairs_;  // j·a + i of each column
  // v_j, B v_j or X v_j, A u, workspace, v_{j−1}: a column for each open pair.
  Matrix v_, u_, s_, w_, before_;
  Matrix from_, to_;
  std::vector<Index> columns_, lost_;
  std::vector<Matrix> basis_;  // of a careful_ one: the v so far, a column for each of `places_`
  std::vector<Index> places_;
  std::vector<bool> closed_;
  Tridiagonals chains_;
};

}  // namespace

bool largest_eigenvalues(std::span<const Semidefinite> A, std::span<const Semidefinite> B,
                         const std::function<bool()>& cancelled, Matrix& values,
                         const RootOfB& root_of_B, bool close) {
  const auto a = static_cast<Index>(A.size()), b = static_cast<Index>(B.size());
  const auto part = [](std::span<const Semidefinite> all, Index first, Index count) {
    return all.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
  };
  const Index a_tiles = (a + kTile - 1) / kTile, b_tiles = (b + kTile - 1) / kTile;
  values.resize(a, b);
  std::atomic<bool> stopped{false};
  parallel::for_each(a_tiles * b_tiles, [&](Index tile) {
    if (stopped || (cancelled && cancelled())) {
      stopped = true;
      return;
    }
    const Index i = tile % a_tiles * kTile, rows = std::min(kTile, a - i);
    const Index j = tile / a_tiles * kTile, cols = std::min(kTile, b - j);
    auto own = values.block(i, j, rows, cols);
    std::vector<Index> pairs(static_cast<std::size_t>(rows * cols));
    std::iota(pairs.begin(), pairs.end(), Index{0});
    Tile first(part(A, i, rows), part(B, j, cols), own, std::move(pairs), close);
    first.run();
    if (first.lost().empty() || !root_of_B) return;
    std::vector<Semidefinite> roots;
    for (Index column = 0; column < cols; ++column) roots.push_back(root_of_B(j + column));
    Tile(part(A, i, rows), roots, own, first.lost(), true).run();
  });
  return !stopped;
}

}  // namespace backflow::gradient
