#include "core/model/initialization.h"

#include <cmath>
#include <limits>

#include <Eigen/QR>

#include "core/model/norm.h"
#include "core/model/random.h"

namespace backflow::model {
namespace {

// One stream per tensor, so that changing the size of one leaves the draws of the others alone, and
// one per gate after the first.
enum Stream : std::uint64_t { kRecurrent = 1, kInput = 2, kReadout = 3, kState = 4 };
std::uint64_t of_gate(Stream stream, Index gate) {
  return stream + 16 * static_cast<std::uint64_t>(gate);
}

Matrix glorot_uniform(Index rows, Index cols, std::uint64_t seed, std::uint64_t stream) {
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
    power /= size;
    next.setZero();
    add_product(power, Transpose::no, power, Transpose::no, next);
    power.swap(next);
    share /= 2.0;
  }
  return std::exp(log_rho);
}

namespace {

std::string scale_to(Matrix& W, double size, double target, const char* name) {
  if (!std::isfinite(size))
    return "W_hh holds a number that is not finite; reset the network first";
  if (size == 0.0 || size < 1e-12 * W.cwiseAbs().maxCoeff())
    return std::string("W_hh has ") + name +
           " 0, and no scaling changes that; reset the network first";
  W *= target / size;
  return {};
}

// One block of W_hh as drawn.
Matrix draw(const WeightInit& init, Index n, std::uint64_t stream) {
  Random random(init.seed, stream);
  const double root_n = std::sqrt(static_cast<double>(n));
  const double spread = init.spread > 0.0 ? init.spread : 1.0 / root_n;
  switch (init.kind) {
    case RecurrentInit::gaussian:
      return random.normal_matrix(n, n, spread);
    case RecurrentInit::uniform:
      return random.uniform_matrix(n, n, spread);
    case RecurrentInit::glorot:
      return random.uniform_matrix(n, n, std::sqrt(3.0) / root_n);
    case RecurrentInit::he:
      return random.normal_matrix(n, n, std::sqrt(2.0) / root_n);
    case RecurrentInit::orthogonal: {
      const Eigen::HouseholderQR<Matrix> qr(random.normal_matrix(n, n, 1.0 / root_n));
      const Vector signs =
          qr.matrixQR().diagonal().unaryExpr([](double r) { return r < 0.0 ? -1.0 : 1.0; });
      Matrix Q = qr.householderQ() * Matrix::Identity(n, n);
      return Q * signs.asDiagonal();
    }
    case RecurrentInit::diagonal: {
      const double noise = init.spread > 0.0 ? init.spread : 0.01;
      return Matrix::Identity(n, n) + random.normal_matrix(n, n, noise);
    }
    case RecurrentInit::identity:
    case RecurrentInit::file:
      break;
  }
  return Matrix::Identity(n, n);
}

bool is_unit_radius(RecurrentInit kind) {
  return kind == RecurrentInit::orthogonal || kind == RecurrentInit::identity;
}

}  // namespace

std::string scale_to_spectral_radius(Matrix& W, double target) {
  return scale_to(W, spectral_radius(W), target, "spectral radius");
}

std::string scale_to_singular_value(Matrix& W, double target) {
  return scale_to(W, spectral_norm(W), target, "largest singular value");
}

bool can_be_scaled(const Matrix& W, InitScale scale) {
  if (scale != InitScale::spectral_radius && scale != InitScale::singular_value) return true;
  if (W.isZero(0.0)) return false;
  if (scale == InitScale::singular_value) return true;  // no less than the largest entry
  // |tr W^k| ≤ n ρ^k: nearly every matrix shows at once that its ρ is not 0.
  Matrix scaled = W / W.cwiseAbs().maxCoeff();
  const double least = 1e-6 * static_cast<double>(W.rows());
  if (std::abs(scaled.trace()) > least) return true;
  if (std::abs(scaled.cwiseProduct(scaled.transpose()).sum()) > least) return true;
  return scale_to_spectral_radius(scaled, 1.0).empty();
}

InitScale resolved_scale(const WeightInit& init) {
  const WeightInit defaults;
  if (init.scale != InitScale::automatic) return init.scale;
  if (init.spectral_radius != defaults.spectral_radius) return InitScale::spectral_radius;
  if (init.singular_value != defaults.singular_value) return InitScale::singular_value;
  const bool is_plain = init.kind == RecurrentInit::gaussian || init.kind == RecurrentInit::uniform;
  if (is_plain && init.spread != defaults.spread) return InitScale::none;
  const bool has_its_own = init.kind == RecurrentInit::glorot || init.kind == RecurrentInit::he ||
                           init.kind == RecurrentInit::file;
  return has_its_own ? InitScale::none : InitScale::spectral_radius;
}

void scale_initial(const WeightInit& init, Matrix& W) {
  // Every |λ| and every σ of an orthogonal matrix is 1: nothing to measure, nothing lost.
  const InitScale to = resolved_scale(init);
  if (to == InitScale::spectral_radius) {
    if (is_unit_radius(init.kind))
      W *= init.spectral_radius;
    else
      scale_to_spectral_radius(W, init.spectral_radius);
  } else if (to == InitScale::singular_value) {
    if (is_unit_radius(init.kind))
      W *= init.singular_value;
    else
      scale_to_singular_value(W, init.singular_value);
  }
}

Matrix block_of_new_state(const Parameters& p, CellKind cell) {
  const Index n = p.hidden_size();
  return p.W_hh.middleRows(cell_of(cell).layout().new_state_block * n, n);
}

double spectral_radius(const Parameters& p, CellKind cell) {
  return spectral_radius(block_of_new_state(p, cell));
}

double largest_singular_value(const Parameters& p, CellKind cell) {
  return spectral_norm(block_of_new_state(p, cell));
}

Matrix initial_recurrent_weights(RecurrentInit kind, Index n, double rho, std::uint64_t seed) {
  WeightInit init;
  init.kind = kind;
  init.scale = InitScale::spectral_radius;
  init.spectral_radius = rho;
  init.seed = seed;
  Matrix W = draw(init, n, kRecurrent);
  scale_initial(init, W);
  return W;
}

Parameters initial_parameters(const Sizes& sizes, CellKind cell, const WeightInit& init) {
  const CellLayout& layout = cell_of(cell).layout();
  const Index n = sizes.hidden, G = layout.gate_count();
  Parameters p;
  p.W_xh.resize(G * n, sizes.input);
  p.W_hh.resize(G * n, n);
  for (Index gate = 0; gate < G; ++gate) {
    p.W_xh.middleRows(gate * n, n) =
        glorot_uniform(n, sizes.input, init.seed, of_gate(kInput, gate));
    Matrix block;
    if (init.kind == RecurrentInit::file)
      block = init.matrix->middleRows(init.matrix->rows() == n ? 0 : gate * n, n);
    else
      block = draw(init, n, of_gate(kRecurrent, gate));
    scale_initial(init, block);
    p.W_hh.middleRows(gate * n, n) = block;
  }
  p.b_h = Vector::Zero(layout.delta_blocks * n);
  for (const GateUse& gate : layout.gates)
    if (gate.forgets) p.b_h.segment(gate.delta_block * n, n).setConstant(init.forget_bias);
  p.W_hy = glorot_uniform(sizes.output, n, init.seed, kReadout);
  p.b_y = Vector::Zero(sizes.output);
  return p;
}

Matrix initial_state(InitialState kind, Index rows, Index batch, std::uint64_t seed) {
  if (kind == InitialState::zero) return Matrix::Zero(rows, batch);
  return Random(seed, kState).normal_matrix(rows, batch, 1.0);
}

}  // namespace backflow::model
