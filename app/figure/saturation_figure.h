// How flat the activation is where the units are, step by step: above, how the pre-activations a_t
// lie, with the edges beyond which f saturates; below, the slopes f′(a_t)/γ: all of them, the
// middle half, their mean, and the share of saturated units.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_saturation(const session::Snapshot& snapshot, const View& view,
                        const FigureStyle& style, Size size);
/// "t,mean_slope,saturated_share,slope_min,slope_lower_quartile,slope_median,slope_upper_quartile,
/// slope_max,a_min,…,a_max", t = 1..T, of the analysed sequence; slopes are |f′(a_t)|/γ.
void write_saturation_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
std::string saturation_tooltip(const session::Snapshot& snapshot, const View& view,
                               const Figure& figure, Point at);

/// The step under the mouse, as (t, t).
std::optional<Cell> saturation_cell(const session::Snapshot& snapshot, const View& view,
                                    const Figure& figure, Point at);

}  // namespace backflow::figure
