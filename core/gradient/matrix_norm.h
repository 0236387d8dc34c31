// The two matrix norms of the Jacobian map.
#pragma once

#include <array>

#include "core/model/enum_names.h"
#include "core/model/norm.h"

namespace backflow::gradient {

/// spectral: the largest singular value; frobenius: √(sum of squares).
enum class MatrixNorm { spectral, frobenius };

using model::spectral_norm;

}  // namespace backflow::gradient

template <>
struct backflow::model::EnumNames<backflow::gradient::MatrixNorm> {
  using Norm = backflow::gradient::MatrixNorm;
  static constexpr std::array<EnumName<Norm>, 2> kAll{{
      {Norm::spectral, "spectral", "spectral"},
      {Norm::frobenius, "frobenius", "Frobenius"},
  }};
};
