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
  Row loss, output, blame, factor, hidden, input, axis, legend;  ///< legend.height 0: left out

  double x(double step) const;  ///< middle of the step's column
  /// The text, centred there, lies inside the area.
  bool shows(double center, double width) const;
};

UnrolledLayout unrolled_layout(const FigureStyle& style, const View& view, model::Index steps,
                               double top, Size size);

/// Colour of a value in [−scale, scale]: negative to nearly the background to positive.
Color value_color(double value, double scale, const Palette& colors, const FigureStyle& style);

/// An arrow of that thickness from `from` to `to`, its head inside that length.
void add_arrow(Group& group, Point from, Point to, double thickness, Color fill, Color outline);

}  // namespace backflow::figure
