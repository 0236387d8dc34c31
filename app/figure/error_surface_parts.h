// What the flat error surface and its relief share: words, strokes, the gradient norm beside the
// picture, and where everything stands.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/figure/figure.h"
#include "app/figure/neuron_parts.h"
#include "app/figure/plot_axes.h"
#include "app/figure/style.h"
#include "app/session/snapshot.h"
#include "core/gradient/triangular_map.h"

namespace backflow::figure {

/// Colours of log10 E, and what of it there is.
ColorScale error_scale(const lab::ErrorSurface& surface, const FigureStyle& style);
gradient::LogRange error_range(const lab::ErrorSurface& surface);

struct DescentStrokes {
  Stroke clipped, unclipped, contour, wall, threshold;

  explicit DescentStrokes(const Palette& colors);
};

/// Of a line of equal E: that of E = 1 is thicker.
Stroke contour_stroke(const lab::Contour& contour, const Stroke& usual);

/// The parts of the wall in the range, each from one w to another; straight in (w, b).
std::vector<std::pair<lab::NeuronPoint, lab::NeuronPoint>> wall_lines(
    const lab::Neuron& neuron, const lab::SurfaceRange& range);

/// Where the descents begin.
void add_start(Group& group, Point at, const Palette& colors, double font_size);

/// A tip that points away from `from`: where a path goes out of sight.
void add_arrow(Group& group, Point from, Point tip, double length, Color color);

/// The longest step of the descent without clipping, and where it leads; longest form first.
std::vector<std::string> longest_step(const lab::NeuronStudy& study);

/// A point of the plane as lines of a tooltip: w, b, x_T, E and ‖∇E‖.
std::string point_text(const lab::Neuron& neuron, lab::NeuronPoint at);

/// What is under the mouse in the gradient norms beside the picture; empty outside of them.
std::string descent_text(const lab::NeuronStudy& study, const PlotArea& norms, Point at);

/// The whole figure: header and legend, the picture of the surface that `part` makes for its size,
/// and the gradient norms of both descents, a part named "norms", where there is room.
Figure lay_out_surface(const session::Snapshot& snapshot, const FigureStyle& style, Size size,
                       std::string_view name, const char* title,
                       const std::function<Figure(const lab::NeuronStudy&, Size)>& part);

}  // namespace backflow::figure
