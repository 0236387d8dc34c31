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

/// Units that share one row of cells, of which there are `count`.
struct Bands {
  model::Index units = 1, count = 1;
};

struct UnrolledLayout {
  PlotArea area;  ///< x: steps; rows lie between its top and bottom
  Detail detail = Detail::full;
  double column = 0.0;     ///< width of one step
  double font = 12.0;      ///< FigureStyle::font_size
  model::Index first = 0;  ///< steps that are at least partly visible
  model::Index last = 0;
  /// Height 0: left out, as `cell` is where the network has no cell state and `factor` where its
  /// label has no room.
  Row loss, output, blame, factor, hidden, cell, input, axis, legend;
  Row gradients;  ///< the bars of a walk; height 0 without one

  double x(double step) const;  ///< middle of the step's column
  /// Width of a step's box, or of its cells in strips.
  double box() const;
  /// The lowest row of the state, which the input goes into.
  const Row& state_bottom() const { return cell.height > 0.0 ? cell : hidden; }
  /// Steps that share one cell of a strip, where columns are too narrow for cells of their own.
  model::Index steps_per_cell() const;
  /// Strips write the words of inputs and outputs in letters of this size; 0 where the column is
  /// too narrow for that.
  double word_size(const std::string& word) const;
  bool word_fits(const std::string& word) const { return word_size(word) > 0.0; }
  bool legend_is_one_line() const { return legend.height < 3.0 * font; }
  /// The text, centred there, lies inside the area.
  bool shows(double center, double width) const;
};

/// For the steps and the state of `data`, below `top`.
UnrolledLayout unrolled_layout(const FigureStyle& style, const View& view, const UnrolledData& data,
                               double top, Size size);

/// All of `units` in a strip of that height, as many to each row of cells.
Bands bands_of(model::Index units, double height);

/// A lying bar of all colours of the scale, without labels.
void add_plain_color_bar(Group& group, const ColorScale& scale, const Rect& bar, Color outline);

/// What stands for a value that is not finite: hatching over the scale's own colour for it.
HatchMark not_finite_hatch(const Rect& rect, const FigureStyle& style);

/// Colour of a value in [−scale, scale]: negative to nearly the background to positive.
Color value_color(double value, double scale, const Palette& colors, const FigureStyle& style);

/// An arrow of that thickness from `from` to `to`, its head inside that length.
void add_arrow(Group& group, Point from, Point to, double thickness, Color fill, Color outline);

}  // namespace backflow::figure
