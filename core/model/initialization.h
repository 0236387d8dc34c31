// Initial parameters from options and a seed, and setting the spectral radius of W_hh.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "core/model/enum_names.h"
#include "core/model/network.h"

namespace backflow::model {

/// How W_hh, or the block of each gate, is drawn before it is scaled:
///   gaussian    independent normal entries of standard deviation `spread`
///   uniform     independent uniform entries in ±spread
///   glorot      uniform in ±√(6/(n + n)) (Glorot & Bengio 2010; also known as Xavier)
///   he          normal, standard deviation √(2/n) (He et al. 2015)
///   orthogonal  uniform over the orthogonal group: the Q of a Gaussian matrix's QR factorisation
///               with R's diagonal positive (Mezzadri 2007)
///   identity    1 on the diagonal (the IRNN of Le, Jaitly & Hinton 2015)
///   diagonal    1 on the diagonal plus normal noise of standard deviation `spread` everywhere
///   file        the matrix given
enum class RecurrentInit { gaussian, uniform, glorot, he, orthogonal, identity, diagonal, file };

/// What the drawn matrix is scaled to; automatic: see resolved_scale().
enum class InitScale { automatic, none, spectral_radius, singular_value };

enum class InitialState { zero, random };

template <>
struct EnumNames<RecurrentInit> {
  static constexpr std::array<EnumName<RecurrentInit>, 8> kAll{{
      {RecurrentInit::gaussian, "gaussian", "Gaussian"},
      {RecurrentInit::uniform, "uniform", "uniform"},
      {RecurrentInit::glorot, "glorot", "Glorot (Xavier)"},
      {RecurrentInit::he, "he", "He"},
      {RecurrentInit::orthogonal, "orthogonal", "orthogonal"},
      {RecurrentInit::identity, "identity", "identity (IRNN)"},
      {RecurrentInit::diagonal, "diagonal", "diagonal + noise"},
      {RecurrentInit::file, "file", "from a file"},
  }};
};

template <>
struct EnumNames<InitScale> {
  static constexpr std::array<EnumName<InitScale>, 4> kAll{{
      {InitScale::automatic, "auto", "automatic"},
      {InitScale::none, "none", "as drawn"},
      {InitScale::spectral_radius, "spectral-radius", "to ρ"},
      {InitScale::singular_value, "singular-value", "to σ₁"},
  }};
};

template <>
struct EnumNames<InitialState> {
  static constexpr std::array<EnumName<InitialState>, 2> kAll{{
      {InitialState::zero, "zero", "zero"},
      {InitialState::random, "random", "random"},
  }};
};

/// ρ(W) = max |λ_i(W)|, W (n, n). NaN when W has a non-finite entry.
double spectral_radius(const Matrix& W);

/// Scales W so that ρ(W) = target. Returns an empty string, or one sentence when it cannot be done
/// (ρ(W) is 0 or not finite), leaving W as it was.
std::string scale_to_spectral_radius(Matrix& W, double target);

/// The same as scale_to_spectral_radius() for σ₁(W) = target.
std::string scale_to_singular_value(Matrix& W, double target);

/// Whether W (n, n) of finite numbers can be scaled so: not where ρ, or σ₁, is 0. ρ is measured
/// only where it may be 0. Precondition: `scale` is not automatic.
bool can_be_scaled(const Matrix& W, InitScale scale);

/// W_hh (n, n) of the vanilla cell; of a gated cell the block that makes the new state ("new" of a
/// GRU, "cell" of an LSTM).
Matrix block_of_new_state(const Parameters& p, CellKind cell);

/// ρ of that block.
double spectral_radius(const Parameters& p, CellKind cell);
/// The same for σ₁ (core/model/norm.h).
double largest_singular_value(const Parameters& p, CellKind cell);

/// How the weights start.
struct WeightInit {
  RecurrentInit kind = RecurrentInit::gaussian;
  double spread = 0.0;  ///< see RecurrentInit; 0: 1/√n, for diagonal 0.01
  InitScale scale = InitScale::automatic;
  double spectral_radius = 1.0;  ///< ρ to scale to, > 0
  double singular_value = 1.0;   ///< σ₁ to scale to, > 0
  double forget_bias = 1.0;      ///< b_f of an LSTM (Gers et al. 2000; Jozefowicz et al. 2015)
  /// Of kind file, (n, n) or (G·n, n); shared by all copies.
  std::shared_ptr<const Matrix> matrix;
  std::uint64_t seed = 1;
};

/// What `automatic` stands for: what was given another value than it has by default, ρ, σ₁ or (of
/// gaussian and uniform, as drawn) the spread; else ρ, but nothing for glorot, he and file, which
/// say the size themselves.
InitScale resolved_scale(const WeightInit& init);

/// Scales one block (n, n) accordingly. Precondition: can_be_scaled().
void scale_initial(const WeightInit& init, Matrix& W);

/// A recurrent matrix (n, n) of the given kind, drawn with its default spread and scaled to the
/// spectral radius rho > 0.
Matrix initial_recurrent_weights(RecurrentInit kind, Index n, double rho, std::uint64_t seed);

struct Sizes {
  Index input, hidden, output;  ///< d, n, m
};

/// Parameters of a cell: each gate's block of W_hh as above; W_xh by gate and W_hy uniform in
/// ±√(6/(fan_in + fan_out)) (Glorot & Bengio 2010); biases zero but for the forget gate's.
Parameters initial_parameters(const Sizes& sizes, CellKind cell, const WeightInit& init);

/// state_0 (rows, B), rows = n or 2n: zeros, or independent standard normal entries.
Matrix initial_state(InitialState kind, Index rows, Index batch, std::uint64_t seed);

}  // namespace backflow::model
