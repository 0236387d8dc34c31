#include "core/model/initialization.h"

#include <cmath>
#include <limits>

#include <Eigen/QR>

#include "core/model/random.h"

namespace backflow::model {
namespace {

// One stream per tensor, so that changing the size of one leaves the draws of the others alone.
enum Stream : std::uint64_t { kRecurrent = 1, kInput = 2, kReadout = 3, kState = 4 };

Matrix glorot_uniform(Index rows, Index cols, std::uint64_t seed, Stream stream) {
  Random random(seed, stream);
  return random.uniform_matrix(rows, cols, std::sqrt(6.0 / static_cast<double>(rows + cols)));
}

}  // namespace

double spectral_radius(const Matrix& W) {
  if (!W.allFinite()) return std::numeric_limits<double>::quiet_NaN();
  // ρ = lim ‖W^N‖^(1/N) (Gelfand) with N = 2^k by repeated squaring: products of matrices are many
  // times faster than an eigenvalue solver. The size goes into a logarithm, so that nothing leaves
  // the range of double; 2^−52 of it is below the last digit.
  Matrix power = W, next(W.rows(), W.cols());
  double log_rho = 0.0, share = 1.0;  // ln ‖W^N‖ / N = log_rho + share · ln ‖power‖
  for (int k = 0; k < 52; ++k) {
    const double size = power.size() == 0 ? 0.0 : power.cwiseAbs().maxCoeff();
    if (size == 0.0) return 0.0;
    log_rho += share * std::log(size);
    next.noalias() = (power / size) * (power / size);
    power.swap(next);
    share /= 2.0;
  }
  return std::exp(log_rho);
}

std::string scale_to_spectral_radius(Matrix& W, double target) {
  const double rho = spectral_radius(W);
  if (!std::isfinite(rho)) return "W_hh holds a number that is not finite; reset the network first";
  if (rho < 1e-12 * W.cwiseAbs().maxCoeff() || rho == 0.0)
    return "W_hh has spectral radius 0, and no scaling changes that; reset the network first";
  W *= target / rho;
  return {};
}

Matrix initial_recurrent_weights(RecurrentInit init, Index n, double rho, std::uint64_t seed) {
  if (init == RecurrentInit::identity) return rho * Matrix::Identity(n, n);
  Random random(seed, kRecurrent);
  Matrix W = random.normal_matrix(n, n, 1.0 / std::sqrt(static_cast<double>(n)));
  if (init == RecurrentInit::orthogonal) {
    const Eigen::HouseholderQR<Matrix> qr(W);
    const Vector signs =
        qr.matrixQR().diagonal().unaryExpr([](double r) { return r < 0.0 ? -1.0 : 1.0; });
    W = qr.householderQ() * Matrix::Identity(n, n);
    return rho * W * signs.asDiagonal();  // every |λ| of an orthogonal matrix is 1
  }
  scale_to_spectral_radius(W, rho);
  return W;
}

Parameters initial_parameters(Index d, Index n, Index m, RecurrentInit init, double rho,
                              std::uint64_t seed) {
  Parameters p;
  p.W_xh = glorot_uniform(n, d, seed, kInput);
  p.W_hh = initial_recurrent_weights(init, n, rho, seed);
  p.b_h = Vector::Zero(n);
  p.W_hy = glorot_uniform(m, n, seed, kReadout);
  p.b_y = Vector::Zero(m);
  return p;
}

Matrix initial_state(InitialState kind, Index n, Index batch, std::uint64_t seed) {
  if (kind == InitialState::zero) return Matrix::Zero(n, batch);
  return Random(seed, kState).normal_matrix(n, batch, 1.0);
}

}  // namespace backflow::model
