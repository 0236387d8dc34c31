// The network unrolled through time: x_t → h_t → ŷ_t → L_t for t = 0..T, with the forward signal
// and the blame that flows back. T is the length of the sequence; an LSTM has c_t below h_t.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_unrolled(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                      Size size);
/// "t,quantity,index,value" with the quantities x, h, c (of an LSTM), y_hat, y (index = unit), and
/// loss (of this sequence), log10_error_norm (log10 ‖∂L/∂h_t‖), log10_factor (log10 ‖J_t‖, or of
/// the part of the state that the map is of), whose index is 0.
void write_unrolled_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
std::string unrolled_tooltip(const session::Snapshot& snapshot, const View& view,
                             const Figure& figure, Point at);

}  // namespace backflow::figure
