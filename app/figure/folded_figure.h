// The network folded into one cell with its loop: h_t = F(h_{t−1}, x_t). With a walk on, the cell
// shows the values of the step where that stands. View::fold leads from the unrolled network to it.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

/// The unrolled network with View::fold = 1; its data and its words for the mouse are the same.
Figure build_folded(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                    Size size);

}  // namespace backflow::figure
