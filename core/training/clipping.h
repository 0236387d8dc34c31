// Gradient clipping (Pascanu, Mikolov & Bengio 2013, algorithm 1).
#pragma once

#include <array>

#include "core/model/enum_names.h"
#include "core/model/parameters.h"

namespace backflow::training {

/// norm: g ← g · c/‖g‖ when the global norm ‖g‖ over all tensors exceeds the threshold c.
/// value: every entry is limited to [−c, c], which changes the direction.
/// per_tensor: each of the tensors by its own norm, which changes the direction too.
enum class ClipMode { none, norm, value, per_tensor };

struct ClipOptions {
  ClipMode mode = ClipMode::norm;
  double threshold = 1.0;  ///< c > 0
};

struct ClipReport {
  double norm_before = 0.0;  ///< global 2-norm of the gradient
  double norm_after = 0.0;
  double angle = 0.0;    ///< between the gradient before and after, in radians
  bool clipped = false;  ///< anything was changed
};

/// The angle between two gradients of the given norms, in radians; 0 when one of them is 0. Exact
/// also for nearly parallel ones.
double angle_between(const model::Parameters& g, double g_norm, const model::Parameters& h,
                     double h_norm);

/// Clips `gradients` in place.
ClipReport clip(const ClipOptions& options, model::Parameters& gradients);

}  // namespace backflow::training

template <>
struct backflow::model::EnumNames<backflow::training::ClipMode> {
  using Mode = backflow::training::ClipMode;
  static constexpr std::array<EnumName<Mode>, 4> kAll{{
      {Mode::none, "none", "none"},
      {Mode::norm, "norm", "by norm"},
      {Mode::value, "value", "by value"},
      {Mode::per_tensor, "per-tensor", "per tensor"},
  }};
};
