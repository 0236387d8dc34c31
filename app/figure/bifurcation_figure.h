// What one neuron does in the long run, over its bias (core/lab/bifurcation.h): stable and unstable
// states, where they meet and vanish, and where the neuron comes to from x_0. Needs
// session::AnalysisOptions::neuron.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_bifurcation(const session::Snapshot& snapshot, const View& view,
                         const FigureStyle& style, Size size);
/// "kind,branch,b,x": stable, unstable and cycle, each branch numbered from 1; saddle-node and
/// flip; final, x_T from x_0.
void write_bifurcation_csv(const session::Snapshot& snapshot, const View& view,
                           const CsvSink& sink);
std::string bifurcation_tooltip(const session::Snapshot& snapshot, const View& view,
                                const Figure& figure, Point at);

}  // namespace backflow::figure
