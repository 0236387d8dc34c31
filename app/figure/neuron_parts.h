// What the figures about one neuron (core/lab) share.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/figure/figure.h"
#include "app/figure/plot_axes.h"
#include "app/figure/style.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// What is known of the neuron; null until it is computed.
inline const lab::NeuronStudy* neuron_of(const session::Snapshot& snapshot) {
  return snapshot.analysis ? snapshot.analysis->neuron.get() : nullptr;
}

/// "x_{t} = w σ(x_{t−1}) + b".
std::string neuron_formula(lab::NeuronMap map);

/// How a curve is told from others without its colour.
enum class Marker { none, disc, ring, square };

struct MarkedItem {
  std::string label;  ///< text markup
  Stroke stroke;
  Marker marker = Marker::none;
};

void add_marker(Group& group, Point at, Marker marker, double radius, Color color,
                Color background);

/// A row of the items below a figure's header, the most important first: what does not fit is left
/// out, and all of it in a low figure. Returns the top of what comes below. Nothing of it lies in a
/// plot.
double add_legend_row(Figure& figure, const FigureStyle& style, std::vector<MarkedItem> items,
                      Size size, double top);

/// The parts of a line that lie in a rectangle; each ends at its edge where the line leaves it.
/// Points may be anywhere in the range of double.
std::vector<std::vector<Point>> clipped_line(const std::vector<Point>& points, const Rect& rect);

}  // namespace backflow::figure
