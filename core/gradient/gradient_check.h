// Finite-difference check of a gradient: library code, so that any caller can check any model.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/gradient/backward.h"

namespace backflow::gradient {

struct GradientCheckOptions {
  double step = 1e-6;       ///< h of the central difference (L(x + h) − L(x − h)) / 2h
  double tolerance = 1e-6;  ///< largest acceptable relative error
  /// Called after each parameter with the number of those done; may be empty.
  std::function<void(Index)> progress;
  /// What training adds to the loss, as a function of the parameters; empty: nothing.
  std::function<double(const model::Model&)> penalty;
};

/// The comparison of one tensor. Where a unit of a ReLU changes sides within the step, the
/// difference is taken on the side on which none does; an entry with kinks on both sides is left
/// out, and so is one whose differences have no limit to see: those of a tenth of the step say
/// something else (a chaotic network, over many steps). Errors are relative to the tensor's largest
/// derivative, so that a tensor whose gradient has vanished is still checked against its own size.
struct TensorCheck {
  std::string_view tensor;   ///< one of model::kTensorNames
  double worst_error = 0.0;  ///< max |analytic − numeric| / max(|analytic|, |numeric|)
  Index row = 0, col = 0;    ///< where
  double analytic = 0.0, numeric = 0.0;  ///< the two values there
  /// The size below which the difference quotient is rounding noise: machine epsilon · |L| / step.
  double noise = 0.0;
  Index entries = 0;                      ///< of the tensor
  Index at_kinks = 0, without_limit = 0;  ///< those left out
  /// Nothing was left to compare; or the derivatives are too small for finite differences to say
  /// anything at the tolerance, and the difference is within 100 times the noise: more than that is
  /// an error.
  bool inconclusive = false;
  bool is_left_out() const { return at_kinks + without_limit == entries; }
};

struct GradientCheck {
  std::vector<TensorCheck> tensors;
  bool passed = false;  ///< some tensors are conclusive, and none of them is above the tolerance
};

/// Compares `analytic` with central differences of the total loss in every parameter. A truncated
/// gradient is that of another function: of the loss in which the states before the truncation are
/// constants, and that one is differenced then.
GradientCheck check_gradient(const model::Model& model, const model::Batch& batch,
                             const model::Parameters& analytic,
                             const GradientCheckOptions& options = {},
                             const Truncation& truncation = {});

}  // namespace backflow::gradient
