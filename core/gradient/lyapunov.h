// Finite-time Lyapunov exponents of a chain of one-step Jacobians: the mean rates, in nats per
// step, at which the network's own dynamics stretch or shrink q orthogonal directions.
//
// An orthonormal basis is carried through the chain, J_t Q_{t−1} = Q_t R_t, and the exponent of
// direction i is the mean of ln |R_t(i, i)| (Benettin, Galgani, Giorgilli & Strelcyn 1980; Eckmann
// & Ruelle 1985, section V; for recurrent networks Vogt et al. 2022). The largest one is the rate
// of the gradient's typical growth (above 0: exploding, chaos; below 0: vanishing); the sum of all
// n is the mean of ln |det J_t|. The first basis is random but always the same one, so that no
// direction is missed; it takes a few steps to align, which short sequences do not have: a mean
// over T steps differs from the limit by O(1/T).
#pragma once

#include <optional>
#include <vector>

#include "core/gradient/jacobian_norms.h"
#include "core/gradient/scaled_matrix.h"

namespace backflow::gradient {

struct LyapunovOptions {
  model::Index count = 0;  ///< how many of the largest exponents; 0, or more than n, is all n
  model::Index skip = 0;   ///< leading steps that only align the basis and do not count
};

struct LyapunovExponents {
  std::vector<double> exponents;  ///< (q) falling; nats per step; −inf where a direction died
  /// (q, T − skip): the estimate after each step, rows in the order of `exponents`.
  model::Matrix running;
};

/// J_1 … J_T as a list, each (n, n). −inf, never NaN, for the directions that dead units remove;
/// NaN from the first Jacobian on that is not finite, hence in `exponents`, and throughout when it
/// is one of those skipped. Empty when skip ≥ T; nothing when cancelled (asked once per step).
/// Cost: about (2n + 4q) n q flops per step.
std::optional<LyapunovExponents> lyapunov_exponents(const std::vector<ScaledMatrix>& jacobians,
                                                    const LyapunovOptions& options = {},
                                                    const CancelFunction& cancelled = {});

}  // namespace backflow::gradient
