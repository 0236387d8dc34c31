#include "core/gradient/largest_eigenvalues.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "core/model/matrix_product.h"
#include "core/model/random.h"
#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

constexpr Index kTile = 16;          // pairs per side
constexpr int kMostIterations = 48;  // of Lanczos; far more than separated eigenvalues need
constexpr double kResidual = 1e-7;   // relative; the eigenvalue's error goes with its square

// The tridiagonal matrix of one pair and its largest eigenvalue.
struct Tridiagonal {
  std::vector<double> diagonal, off;  // off[i] couples i and i + 1
  double largest = 0.0;

  // Newton from above on the characteristic polynomial, whose ratios of leading minors are
  // q_i = x − a_i − b_{i−1}²/q_{i−1}: from the right of the largest root it falls monotonically.
  void update_largest() {
    const std::size_t size = diagonal.size();
    if (size == 1) {
      largest = diagonal[0];
      return;
    }
    double x = std::max(largest, diagonal.back()) + off[size - 2];
    for (int step = 0; step < 60; ++step) {
      double q = 1.0, derivative = 0.0, sum = 0.0;  // derivative of q; Σ q_i′/q_i = p′/p
      for (std::size_t i = 0; i < size; ++i) {
        const double b2 = i == 0 ? 0.0 : off[i - 1] * off[i - 1];
        const double next = x - diagonal[i] - b2 / q;
        derivative = 1.0 + b2 * derivative / (q * q);
        q = next;
        sum += derivative / q;
      }
      const double change = 1.0 / sum;
      if (!(change > 0.0)) break;  // rounding has taken over at the root
      x -= change;
      if (change < 1e-15 * x) break;
    }
    largest = x;
  }

  // |last component| of the unit eigenvector of `largest`.
  double last_component() const {
    double before = 0.0, now = 1.0, squares = 1.0;
    for (std::size_t i = 0; i + 1 < diagonal.size(); ++i) {
      const double b = i == 0 ? 0.0 : off[i - 1];
      const double next = ((largest - diagonal[i]) * now - b * before) / off[i];
      before = now;
      now = next;
      squares += now * now;
    }
    return std::abs(now) / std::sqrt(squares);
  }
};

// The pairs of rows first_a.. and columns first_b.. advancing together. Column j·a + i belongs to
// the pair (i, j).
class Tile {
public:
  Tile(const Matrix& A, const Matrix& B, Index first_a, Index first_b, Index a, Index b)
      : first_a_(first_a), first_b_(first_b), a_(a), b_(b), n_(A.rows()), A_(at(a)), B_(at(b)) {
    for (Index i = 0; i < a; ++i) A_[at(i)].pack(A.middleCols((first_a + i) * n_, n_));
    for (Index j = 0; j < b; ++j) B_[at(j)].pack(B.middleCols((first_b + j) * n_, n_));
  }

  void run(Matrix& values) {
    start();
    for (int iteration = 0; iteration < kMostIterations && open_ > 0; ++iteration) advance();
    for (Index pair = 0; pair < pairs(); ++pair)
      values(first_a_ + pair % a_, first_b_ + pair / a_) =
          done_[at(pair)] ? values_[at(pair)] : std::numeric_limits<double>::quiet_NaN();
  }

private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  Index pairs() const { return a_ * b_; }

  void start() {
    model::Random random(0x6c616e63);
    const Matrix seed = random.normal_matrix(n_, 1, 1.0);
    v_ = seed.replicate(1, pairs());
    before_ = Matrix::Zero(n_, pairs());
    u_.resize(n_, pairs());
    w_.resize(n_, pairs());
    apply_B(v_, u_);
    chains_.resize(at(pairs()));
    values_.assign(at(pairs()), 0.0);
    done_.assign(at(pairs()), false);
    open_ = pairs();
    for (Index pair = 0; pair < pairs(); ++pair) {
      const double square = v_.col(pair).dot(u_.col(pair));
      if (!(square > 0.0) || !std::isfinite(square)) {
        // Zero matrices have eigenvalue 0; what is not finite is left as NaN.
        close(pair, square == 0.0 ? 0.0 : std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      v_.col(pair) /= std::sqrt(square);
      u_.col(pair) /= std::sqrt(square);
    }
  }

  void close(Index pair, double value) {
    done_[at(pair)] = true;
    values_[at(pair)] = value;
    v_.col(pair).setZero();
    u_.col(pair).setZero();
    before_.col(pair).setZero();
    --open_;
  }

  // One Lanczos step of every pair.
  void advance() {
    apply_A(u_, w_);
    for (Index pair = 0; pair < pairs(); ++pair) {
      if (done_[at(pair)]) continue;
      Tridiagonal& chain = chains_[at(pair)];
      const double alpha = u_.col(pair).dot(w_.col(pair));
      const double beta = chain.off.empty() ? 0.0 : chain.off.back();
      chain.diagonal.push_back(alpha);
      w_.col(pair) -= alpha * v_.col(pair) + beta * before_.col(pair);
    }
    apply_B(w_, u_);
    for (Index pair = 0; pair < pairs(); ++pair)
      if (!done_[at(pair)]) judge(pair);
    before_.swap(v_);
    v_.swap(w_);
  }

  void judge(Index pair) {
    Tridiagonal& chain = chains_[at(pair)];
    const double square = w_.col(pair).dot(u_.col(pair));
    const double beta = std::sqrt(std::max(square, 0.0));
    if (!std::isfinite(square)) {
      close(pair, std::numeric_limits<double>::quiet_NaN());
      w_.col(pair).setZero();
      return;
    }
    const auto length = static_cast<Index>(chain.diagonal.size());
    chain.update_largest();
    // A residual below the limit from the coupling alone means that the space is exhausted: what
    // would come next is rounding noise. Otherwise three steps at least, lest an unlucky start
    // looks like convergence.
    const double limit = kResidual * chain.largest;
    const bool exhausted = length >= n_ || beta <= limit;
    if (exhausted || (length >= 3 && beta * chain.last_component() <= limit)) {
      close(pair, chain.largest);
      w_.col(pair).setZero();
      return;
    }
    chain.off.push_back(beta);
    w_.col(pair) /= beta;
    u_.col(pair) /= beta;
  }

  void apply_B(const Matrix& x, Matrix& y) const {
    y.setZero();
    for (Index j = 0; j < b_; ++j)
      B_[at(j)].multiply_add(x.middleCols(j * a_, a_), y.middleCols(j * a_, a_));
  }

  void apply_A(const Matrix& x, Matrix& y) const {
    using Strided = Eigen::OuterStride<>;
    y.setZero();
    for (Index i = 0; i < a_; ++i) {
      const Eigen::Map<const Matrix, 0, Strided> from(x.data() + i * n_, n_, b_, Strided(a_ * n_));
      const Eigen::Map<Matrix, 0, Strided> to(y.data() + i * n_, n_, b_, Strided(a_ * n_));
      A_[at(i)].multiply_add(from, to);
    }
  }

  Index first_a_, first_b_, a_, b_, n_;
  std::vector<model::PackedMatrix> A_, B_;
  Matrix v_, u_, w_, before_;  // v_j, B v_j, workspace, v_{j−1}
  std::vector<Tridiagonal> chains_;
  std::vector<double> values_;
  std::vector<bool> done_;
  Index open_ = 0;
};

}  // namespace

bool largest_eigenvalues(const Matrix& A, const Matrix& B, const std::function<bool()>& cancelled,
                         Matrix& values) {
  const Index n = A.rows(), a = A.cols() / n, b = B.cols() / n;
  const Index a_tiles = (a + kTile - 1) / kTile, b_tiles = (b + kTile - 1) / kTile;
  values.resize(a, b);
  std::atomic<bool> stopped{false};
  parallel::for_each(a_tiles * b_tiles, [&](Index tile) {
    if (stopped || (cancelled && cancelled())) {
      stopped = true;
      return;
    }
    const Index i = tile % a_tiles * kTile, j = tile / a_tiles * kTile;
    Tile(A, B, i, j, std::min(kTile, a - i), std::min(kTile, b - j)).run(values);
  });
  return !stopped;
}

}  // namespace backflow::gradient
