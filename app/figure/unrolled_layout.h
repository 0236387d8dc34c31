// Where the rows and columns of the unrolled network lie, and the drawing helpers its parts share.
#pragma once

#include "app/figure/figure.h"
#include "app/figure/style.h"
#include "app/figure/unrolled_data.h"
#include "app/figure/view.h"

namespace backflow::figure {

/// How much of a step has room.
enum class Detail {
  full,    ///< boxes, numbers, arrows
  compact  ///< strips of cells
};

struct Row {
  double top = 0.0, height = 0.0;
  double bottom() const { return top + height; }
  double middle() const { return top + height / 2.0; }
};

struct UnrolledLayout {
  PlotArea area;  ///< x: steps; rows lie between its top and bottom
  Detail detail = Detail::full;
  double column = 0.0;     ///< width of one step
  double font = 12.0;      ///< FigureStyle::font_size
  model::Index first = 0;  ///< steps that are at least partly visible
  model::Index last = 0;
  /// Height 0: left out, as `cell` is where the network has no cell state.
  Row loss, output, blame, factor, hidden, cell, input, axis, legend;

  double x(double step) const;  ///< middle of the step's column
  /// The lowest row of the state, which the input goes into.
  const Row& state_bottom() const { return cell.height > 0.0 ? cell : hidden; }
  /// The text, centred there, lies inside the area.
  bool shows(double center, double width) const;
};

/// For the steps and the state of `data`, below `top`.
UnrolledLayout unrolled_layout(const FigureStyle& style, const View& view, const UnrolledData& data,
                               double top, Size size);

/// Colour of a value in [−scale, scale]: negative to nearly the background to positive.
Color value_color(double value, double scale, const Palette& colors, const FigureStyle& style);

/// An arrow of that thickness from `from` to `to`, its head inside that length.
void add_arrow(Group& group, Point from, Point to, double thickness, Color fill, Color outline);

}  // namespace backflow::figure
