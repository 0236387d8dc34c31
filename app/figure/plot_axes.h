// The frame around a curve: title, axes, ticks, grid and legend, laid out to fit the given area.
#pragma once

#include <string>
#include <vector>

#include "app/figure/extent.h"
#include "app/figure/figure.h"
#include "app/figure/style.h"
#include "app/figure/view.h"

namespace backflow::figure {

struct LegendItem {
  std::string label;  ///< text markup
  Stroke stroke;
};

struct AxesOptions {
  std::string title;    ///< shown when FigureStyle::title
  std::string y_title;  ///< stands above the axis, horizontally
  std::string x_title;
  std::vector<std::string> note;   ///< at the lower left, beside the x title: the first that fits
  PlotArea range;                  ///< data range; its rect is ignored
  bool x_integers = true;          ///< only whole numbers make sense along x
  std::vector<LegendItem> legend;  ///< the most important first: what does not fit is left out
};

/// Maps data to the figure.
struct Axes {
  PlotArea area;

  double x(double value) const;
  double y(double value) const;  ///< of the plain value also on a logarithmic axis; value > 0 there
  double y_at(double position) const;  ///< of log10 of the value on a logarithmic axis
};

/// An empty figure of that size in the style's colours.
Figure blank_figure(std::string_view name, std::string_view title, const FigureStyle& style,
                    Size size);

/// The style of a part without a title of its own.
FigureStyle untitled(FigureStyle style);

/// Adds the frame to a figure from blank_figure() and sets Figure::plot.
Axes add_axes(Figure& figure, const FigureStyle& style, const AxesOptions& options);

/// The inverse of Axes::x at a point of the figure; not limited to the range.
double x_value_at(const PlotArea& area, double x);
/// The inverse of Axes::y_at likewise: log10 of the value on a logarithmic axis.
double y_position_at(const PlotArea& area, double y);

}  // namespace backflow::figure
