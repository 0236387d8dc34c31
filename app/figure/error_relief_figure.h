// The error surface of one neuron as a lit landscape (app/figure/relief.h) with contours, the wall
// and both descents on it; beside it the gradient norm along both, as in error-surface, whose CSV
// is also its own. Needs session::AnalysisOptions::neuron.
#pragma once

#include "app/figure/catalogue.h"
#include "app/figure/relief.h"

namespace backflow::figure {

Figure build_error_relief(const session::Snapshot& snapshot, const View& view,
                          const FigureStyle& style, Size size);
std::string error_relief_tooltip(const session::Snapshot& snapshot, const View& view,
                                 const Figure& figure, Point at);

/// The landscape in a figure that build_error_relief() made of the same snapshot and view; nothing
/// before the surface is computed. `area` is where it may be taken hold of.
struct ReliefInFigure {
  Relief relief;
  Rect area;
};
std::optional<ReliefInFigure> relief_in(const session::Snapshot& snapshot, const View& view,
                                        const Figure& figure);

}  // namespace backflow::figure
