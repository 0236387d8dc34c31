// Initial parameters from options and a seed, and setting the spectral radius of W_hh.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/model/enum_names.h"
#include "core/model/network.h"

namespace backflow::model {

enum class RecurrentInit { gaussian, orthogonal, identity };
enum class InitialState { zero, random };

template <>
struct EnumNames<RecurrentInit> {
  static constexpr std::array<EnumName<RecurrentInit>, 3> kAll{{
      {RecurrentInit::gaussian, "gaussian", "Gaussian"},
      {RecurrentInit::orthogonal, "orthogonal", "orthogonal"},
      {RecurrentInit::identity, "identity", "identity"},
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

/// A recurrent matrix (n, n) of the given kind with spectral radius rho > 0: independent normal
/// entries, the Q of the QR factorisation of such a matrix with R's diagonal positive (uniform over
/// the orthogonal group, Mezzadri 2007), or the identity; then scaled.
Matrix initial_recurrent_weights(RecurrentInit init, Index n, double rho, std::uint64_t seed);

/// Parameters of the given sizes: W_hh as above; W_xh and W_hy uniform in ±√(6/(fan_in + fan_out))
/// (Glorot & Bengio 2010); biases zero.
Parameters initial_parameters(Index d, Index n, Index m, RecurrentInit init, double rho,
                              std::uint64_t seed);

/// h_0 (n, B): zeros, or independent standard normal entries.
Matrix initial_state(InitialState kind, Index n, Index batch, std::uint64_t seed);

}  // namespace backflow::model
