// The error surface of one neuron (core/lab/one_neuron.h): E(w, b) in colours with contour lines,
// the wall, and two descents from one start, with and without clipping; beside it the gradient norm
// along both. Needs session::AnalysisOptions::neuron.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_error_surface(const session::Snapshot& snapshot, const View& view,
                           const FigureStyle& style, Size size);
/// "kind,step,w,b,log10_error,gradient_norm": surface (step and gradient_norm are nan), clipped and
/// unclipped, step by step from 0, and wall at the start's w where there is one.
void write_error_surface_csv(const session::Snapshot& snapshot, const View& view,
                             const CsvSink& sink);
std::string error_surface_tooltip(const session::Snapshot& snapshot, const View& view,
                                  const Figure& figure, Point at);

}  // namespace backflow::figure
