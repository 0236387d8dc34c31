// What a person chose to see: the part of a figure that does not come from the training session.
#pragma once

#include <optional>
#include <utility>

#include "app/figure/highlight.h"
#include "app/figure/playhead.h"
#include "app/figure/style.h"
#include "core/gradient/contributions.h"
#include "core/model/types.h"

namespace backflow::figure {

/// A pair (t, k) of the heatmap, 0 ≤ k ≤ t ≤ T.
struct Cell {
  model::Index t = 0, k = 0;
  bool operator==(const Cell&) const = default;
};

/// The usual side of a relief, and the limits of its tilt, in degrees.
inline constexpr double kReliefTurn = 215.0, kReliefTilt = 40.0;
inline constexpr double kLeastTilt = 12.0, kMostTilt = 85.0;

struct View {
  bool loss_log = false;     ///< logarithmic axis of the loss
  bool gradient_log = true;  ///< and of the gradient norm
  /// Colour limits of the heatmap as log10 norms; nothing: automatic from the map.
  std::optional<double> heatmap_low, heatmap_high;
  /// Steps of the unrolled network that are visible, as real numbers so that zooming is smooth;
  /// nothing: all of them. 0 ≤ first < last ≤ T.
  std::optional<double> first_step, last_step;
  /// Steps under the mouse, in whichever figure it is: (t, k) in the heatmap, (t, t) where a figure
  /// has one step there. Marked in every figure that has steps.
  std::optional<Cell> cursor;
  std::optional<Cell> pinned;  ///< the product that was clicked: the chain shows its factors
  std::optional<std::size_t> cursor_iteration;  ///< the same for figures over the iterations
  /// How much of the iteration is revealed; nothing: all of it.
  std::optional<Playhead> playhead;
  double pulse = 1.0;  ///< 0 … 1: how far the signal of the playhead's position has travelled
  double fold = 0.0;   ///< the network: 0 unrolled, 1 folded into one cell with its loop, animated
  std::optional<Highlight> highlight;  ///< under the mouse in a formula or a figure
  /// Which gradient the contributions are of.
  gradient::RecurrentTensor contribution_tensor = gradient::RecurrentTensor::W_hh;
  bool contribution_relative = false;  ///< as shares of the loss step's own, not absolute
  model::Index sequence = 0;           ///< the batch item shown; taken modulo the batch size
  /// Of a gated cell, the block of W_hh that is shown; nothing: the one that makes the new state.
  std::optional<model::Index> weight_gate;
  std::optional<model::Index> weight_row;  ///< of that block, selected; from 0
  /// Half the shorter side of the plane of eigenvalues, and both ends of the axis of the gradient
  /// norm (log10 on a logarithmic one), held while something is dragged there; nothing: automatic.
  std::optional<double> plane_radius;
  std::optional<std::pair<double, double>> gradient_range;
  /// From where a relief is seen, in degrees: turned about the vertical, and above the horizon.
  double relief_turn = kReliefTurn, relief_tilt = kReliefTilt;

  bool operator==(const View&) const = default;
};

struct Size {
  double width = 640.0, height = 400.0;  ///< figure units

  bool operator==(const Size&) const = default;
};

}  // namespace backflow::figure
