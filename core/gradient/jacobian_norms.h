// The map that the heatmap shows: log10 ‖∂h_t/∂h_k‖ for all 0 ≤ k ≤ t ≤ T of one sequence.
//
// For each t the products of all k are kept side by side and multiplied by J_t at once; each
// carries its own binary exponent, so 10^-5000 comes out as −5000. Cost O(T² n³), memory O(T n²).
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "core/gradient/triangular_map.h"
#include "core/model/enum_names.h"
#include "core/model/network.h"

namespace backflow::gradient {

/// spectral: the largest singular value; frobenius: √(sum of squares).
enum class MatrixNorm { spectral, frobenius };

/// The largest singular value of x, to rounding. NaN when x has a NaN, inf when it has an infinity.
double spectral_norm(const Eigen::Ref<const model::Matrix>& x);

struct JacobianNorms {
  MatrixNorm norm = MatrixNorm::spectral;
  model::Index sequence = 0;
  model::Index hidden_size = 0;
  /// log10 ‖∂h_t/∂h_k‖: −inf for an exact zero, NaN or +inf where a Jacobian was not finite.
  TriangularMap log10_norm;
};

/// Asked once per row; true stops the computation.
using CancelFunction = std::function<bool()>;

/// The map for batch item `sequence`; nothing when cancelled.
std::optional<JacobianNorms> jacobian_norms(const model::Model& model, const model::Trace& trace,
                                            model::Index sequence, MatrixNorm norm,
                                            const CancelFunction& cancelled = {});

}  // namespace backflow::gradient

template <>
struct backflow::model::EnumNames<backflow::gradient::MatrixNorm> {
  using Norm = backflow::gradient::MatrixNorm;
  static constexpr std::array<EnumName<Norm>, 2> kAll{{
      {Norm::spectral, "spectral", "spectral"},
      {Norm::frobenius, "frobenius", "Frobenius"},
  }};
};
