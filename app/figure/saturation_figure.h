// How flat the activation is at every step: mean slope f′(a_t)/γ and the share of saturated units.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_saturation(const session::Snapshot& snapshot, const View& view,
                        const FigureStyle& style, Size size);
/// "t,mean_slope,saturated_share", t = 1..T, of the analysed sequence.
void write_saturation_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
std::string saturation_tooltip(const session::Snapshot& snapshot, const View& view,
                               const Figure& figure, Point at);

}  // namespace backflow::figure
