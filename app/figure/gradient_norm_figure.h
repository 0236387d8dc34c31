// The norm of the gradient over the iterations, before and after clipping, and the threshold.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_gradient_norm(const session::Snapshot& snapshot, const View& view,
                           const FigureStyle& style, Size size);
/// "iteration,before_clip,after_clip,threshold"; the threshold is nan where clipping was off.
void write_gradient_norm_csv(const session::Snapshot& snapshot, const View& view,
                             const CsvSink& sink);
std::string gradient_norm_tooltip(const session::Snapshot& snapshot, const View& view,
                                  const Figure& figure, Point at);

/// "clipped 37 of the last 100 steps", or why there is nothing to count.
std::string clipping_summary(const session::Snapshot& snapshot);

}  // namespace backflow::figure
