// How far the gates of an LSTM or a GRU are open, step by step (Karpathy, Johnson & Li 2015,
// section 4.3): the mean over the units, the middle half and all of them. A forget or update gate
// near 1 hands the state on, and the gradient with it.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

/// A plot for each gate, one below the other, where there is room; else the means in one.
Figure build_gates(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                   Size size);
/// "t,gate,mean,closed_share,open_share,min,lower_quartile,median,upper_quartile,max" for each
/// gate, t = 1..T, of the analysed sequence; a gate goes by its letter.
void write_gates_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
std::string gates_tooltip(const session::Snapshot& snapshot, const View& view, const Figure& figure,
                          Point at);

/// The step under the mouse, as (t, t).
std::optional<Cell> gates_cell(const session::Snapshot& snapshot, const View& view,
                               const Figure& figure, Point at);

}  // namespace backflow::figure
