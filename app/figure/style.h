// Colours and sizes shared by all figures and by the window around them.
#pragma once

#include "app/figure/colormap.h"

namespace backflow::figure {

enum class Theme { light, dark };

struct Palette {
  Color surround;    ///< of the window behind the panels
  Color background;  ///< of the figure
  Color panel;       ///< of boxes on it
  Color text;
  Color muted_text;  ///< axis titles, captions
  Color grid;        ///< major grid lines
  Color minor_grid;
  Color axis;
  Color accent;       ///< the one accent colour of the program
  Color loss;         ///< curve of the loss
  Color norm_before;  ///< curve of the gradient norm before clipping
  Color norm_after;   ///< and after
  Color threshold;    ///< line of the clipping threshold
  Color forward;      ///< forward signal in the unrolled network
  Color negative;     ///< activations and weights below zero
  Color positive;     ///< and above
  Color warning;      ///< divergence
};

const Palette& palette(Theme theme);

struct FigureStyle {
  Theme theme = Theme::light;
  double font_size = 12.0;  ///< of axis numbers, in figure units; everything else follows from it
  bool title = true;  ///< the figure carries its own title (exports); panels have it in their bar
  /// Of norms, and of what has a sign, such as weights: the diverging map is white at 10^0 and at
  /// 0, all others go from dark for the lowest to light for the highest, also on a printer without
  /// colours. What has no centre, such as lags, takes cividis instead of the diverging one.
  Colormap colors = Colormap::diverging;

  bool operator==(const FigureStyle&) const = default;
};

/// The map of quantities without a centre.
inline Colormap sequential_colors(const FigureStyle& style) {
  return style.colors == Colormap::diverging ? Colormap::cividis : style.colors;
}

}  // namespace backflow::figure
