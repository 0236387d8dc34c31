// The two matrix norms of the Jacobian map.
#pragma once

#include <array>

#include "core/model/enum_names.h"
#include "core/model/types.h"

namespace backflow::gradient {

/// spectral: the largest singular value; frobenius: √(sum of squares).
enum class MatrixNorm { spectral, frobenius };

/// The largest singular value of x, to rounding. NaN when x has a NaN, inf when it has an infinity.
double spectral_norm(const Eigen::Ref<const model::Matrix>& x);

}  // namespace backflow::gradient

template <>
struct backflow::model::EnumNames<backflow::gradient::MatrixNorm> {
  using Norm = backflow::gradient::MatrixNorm;
  static constexpr std::array<EnumName<Norm>, 2> kAll{{
      {Norm::spectral, "spectral", "spectral"},
      {Norm::frobenius, "frobenius", "Frobenius"},
  }};
};
