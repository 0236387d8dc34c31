// The network unrolled through time: x_t → h_t → ŷ_t → L_t for t = 0..T, with the forward signal
// and the blame that flows back.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_unrolled(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                      Size size);
void write_unrolled_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);

}  // namespace backflow::figure
