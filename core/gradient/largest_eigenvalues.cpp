#include "core/gradient/largest_eigenvalues.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "core/model/random.h"
#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

constexpr Index kTile = 16;            // pairs per side
constexpr Index kMostIterations = 48;  // of Lanczos; far more than separated eigenvalues need
constexpr double kResidual = 1e-7;     // relative; the eigenvalue's error goes with its square

// The tridiagonal matrices of many pairs, of one size each, and their largest eigenvalues: lane by
// lane of the processor's vectors, because the recurrences of a single one wait for each division.
class Tridiagonals {
public:
  explicit Tridiagonals(Index count)
      : diagonal_(padded(count), kMostIterations),
        off_(padded(count), kMostIterations),
        largest_(Column::Zero(padded(count))),
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
  /// |last component| of the unit eigenvector of the largest eigenvalue.
  double last_component(Index pair) const { return last_(pair); }

  /// The eigenvalues, and the last components, of the pairs 0..count − 1.
  void solve(Index count) {
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
  using Column = Eigen::ArrayXd;
  using Lanes = Eigen::Array<double, kLanes, 1>;

  static Index padded(Index count) { return (count + kLanes - 1) / kLanes * kLanes; }
  auto lanes(const Eigen::ArrayXXd& of, Index first, Index i) const {
    return of.col(i).segment<kLanes>(first);
  }

  // Newton from above on the characteristic polynomial, whose ratios of leading minors are
  // q_i = x − a_i − b_{i−1}²/q_{i−1}: from the right of the largest root it falls monotonically.
  void update_largest(Index first) {
    if (size_ == 1) {
      largest_.segment<kLanes>(first) = lanes(diagonal_, first, 0);
      return;
    }
    Lanes x = largest_.segment<kLanes>(first).max(lanes(diagonal_, first, size_ - 1)) +
              lanes(off_, first, size_ - 2);
    Lanes moving = Lanes::Ones();
    for (int step = 0; step < 60 && (moving != 0.0).any(); ++step) {
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
  Column largest_, last_;
  Index size_ = 0;
};

// Some pairs (i, j) advancing together. Those that have converged are left out: the others move up,
// in the order of j, then i.
class Tile {
public:
  using Matrices = std::span<const Semidefinite>;

  Tile(Matrices A, Matrices B, Eigen::Ref<Matrix> values)
      : a_(values.rows()),
        n_(A.front().size()),
        A_(A),
        B_(B),
        values_(values),
        v_(n_, values.size()),
        u_(n_, values.size()),
        w_(n_, values.size()),
        before_(Matrix::Zero(n_, values.size())),
        from_(n_, values.cols()),
        to_(n_, values.cols()),
        chains_(values.size()) {
    for (Index pair = 0; pair < values.size(); ++pair) pairs_.push_back(pair);
  }

  void run() {
    start();
    while (chains_.size() < kMostIterations && count() > 0) advance();
    for (Index column = 0; column < count(); ++column) value(column) = kNaN;
  }

private:
  static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  Index count() const { return static_cast<Index>(pairs_.size()); }
  Index i_of(Index column) const { return pairs_[at(column)] % a_; }
  Index j_of(Index column) const { return pairs_[at(column)] / a_; }
  double& value(Index column) { return values_(i_of(column), j_of(column)); }

  void start() {
    model::Random random(0x6c616e63);
    const Matrix seed = random.normal_matrix(n_, 1, 1.0);
    v_ = seed.replicate(1, count());
    apply_B(v_, u_);
    closed_.assign(at(count()), false);
    for (Index column = 0; column < count(); ++column) {
      const double square = v_.col(column).dot(u_.col(column));
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

  void close(Index column, double result) {
    closed_[at(column)] = true;
    value(column) = result;
  }

  void move_up() {
    Index kept = 0;
    for (Index column = 0; column < count(); ++column) {
      if (closed_[at(column)]) continue;
      if (kept != column) {
        for (Matrix* x : {&v_, &u_, &before_}) x->col(kept) = x->col(column);
        chains_.move(column, kept);
        pairs_[at(kept)] = pairs_[at(column)];
      }
      ++kept;
    }
    pairs_.resize(at(kept));
    closed_.assign(at(kept), false);
  }

  // One Lanczos step of every pair.
  void advance() {
    apply_A(u_, w_);
    chains_.begin_row();
    for (Index column = 0; column < count(); ++column) {
      const double alpha = u_.col(column).dot(w_.col(column));
      chains_.diagonal(column) = alpha;
      w_.col(column) -= alpha * v_.col(column) + chains_.off_before(column) * before_.col(column);
    }
    apply_B(w_, u_);
    chains_.solve(count());
    for (Index column = 0; column < count(); ++column) judge(column);
    before_.swap(v_);
    v_.swap(w_);
    if (std::find(closed_.begin(), closed_.end(), true) != closed_.end()) move_up();
  }

  void judge(Index column) {
    const double square = w_.col(column).dot(u_.col(column));
    if (!std::isfinite(square)) return close(column, kNaN);
    const double beta = std::sqrt(std::max(square, 0.0)), largest = chains_.largest(column);
    // A residual below the limit from the coupling alone means that the space is exhausted: what
    // would come next is rounding noise. Otherwise three steps at least, lest an unlucky start
    // looks like convergence.
    const double limit = kResidual * largest;
    const bool exhausted = chains_.size() >= n_ || beta <= limit;
    if (exhausted || (chains_.size() >= 3 && beta * chains_.last_component(column) <= limit))
      return close(column, largest);
    chains_.off(column) = beta;
    w_.col(column) /= beta;
    u_.col(column) /= beta;
  }

  void apply_B(const Matrix& x, Matrix& y) const {
    for (Index column = 0, end; column < count(); column = end) {
      const Index j = j_of(column);
      for (end = column + 1; end < count() && j_of(end) == j;) ++end;
      B_[at(j)].multiply(x.middleCols(column, end - column), y.middleCols(column, end - column));
    }
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
  Matrices A_, B_;
  Eigen::Ref<Matrix> values_;
  Matrix v_, u_, w_, before_;  // v_j, B v_j, workspace, v_{j−1}: a column for each open pair
  Matrix from_, to_;
  std::vector<Index> pairs_;  // j·a + i of each column
  std::vector<Index> columns_;
  std::vector<bool> closed_;
  Tridiagonals chains_;
};

}  // namespace

bool largest_eigenvalues(std::span<const Semidefinite> A, std::span<const Semidefinite> B,
                         const std::function<bool()>& cancelled, Matrix& values) {
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
    Tile(part(A, i, rows), part(B, j, cols), values.block(i, j, rows, cols)).run();
  });
  return !stopped;
}

}  // namespace backflow::gradient
