// What a person chose to see: the part of a figure that does not come from the training session.
#pragma once

#include <optional>

#include "app/figure/style.h"
#include "core/model/types.h"

namespace backflow::figure {

/// A pair (t, k) of the heatmap, 0 ≤ k ≤ t ≤ T.
struct Cell {
  model::Index t = 0, k = 0;
  bool operator==(const Cell&) const = default;
};

struct View {
  bool loss_log = false;     ///< logarithmic axis of the loss
  bool gradient_log = true;  ///< and of the gradient norm
  /// Colour limits of the heatmap as log10 norms; nothing: automatic from the map.
  std::optional<double> heatmap_low, heatmap_high;
  /// Steps of the unrolled network that are visible, as real numbers so that zooming is smooth;
  /// nothing: all of them. 0 ≤ first < last ≤ T.
  std::optional<double> first_step, last_step;
  std::optional<Cell> cursor;  ///< under the mouse in the heatmap; marked in every figure
  model::Index sequence = 0;   ///< the batch item shown; taken modulo the batch size

  bool operator==(const View&) const = default;
};

struct Size {
  double width = 640.0, height = 400.0;  ///< figure units

  bool operator==(const Size&) const = default;
};

}  // namespace backflow::figure
