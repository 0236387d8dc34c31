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
};

/// The comparison of one tensor. Errors are relative to the tensor's largest derivative, so that a
/// tensor whose gradient has vanished is still checked against its own size.
struct TensorCheck {
  std::string_view tensor;   ///< one of model::kTensorNames
  double worst_error = 0.0;  ///< max |analytic − numeric| / max(|analytic|, |numeric|)
  Index row = 0, col = 0;    ///< where
  double analytic = 0.0, numeric = 0.0;  ///< the two values there
  /// The size below which the difference quotient is rounding noise: machine epsilon · |L| / step.
  double noise = 0.0;
  /// The tensor's derivatives are too small for finite differences to say anything at the
  /// tolerance, and the difference is within 100 times the noise: more than that is an error.
  bool inconclusive = false;
};

struct GradientCheck {
  std::vector<TensorCheck> tensors;
  bool passed = false;  ///< no conclusive tensor is above the tolerance
};

/// Compares `analytic` with central differences of the total loss in every parameter. A truncated
/// gradient is that of another function: of the loss in which the states before the truncation are
/// constants, and that one is differenced then.
GradientCheck check_gradient(const model::Model& model, const model::Batch& batch,
                             const model::Parameters& analytic,
                             const GradientCheckOptions& options = {},
                             const Truncation& truncation = {});

}  // namespace backflow::gradient
