// The norm of the gradient over the iterations, before and after clipping, and the threshold.
#pragma once

#include <optional>

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_gradient_norm(const session::Snapshot& snapshot, const View& view,
                           const FigureStyle& style, Size size);
/// "iteration,before_clip,after_clip,threshold"; the threshold is nan where clipping was off.
void write_gradient_norm_csv(const session::Snapshot& snapshot, const View& view,
                             const CsvSink& sink);
std::string gradient_norm_tooltip(const session::Snapshot& snapshot, const View& view,
                                  const Figure& figure, Point at);

/// A threshold usually lies between half and ten times the mean norm of the gradient (Pascanu,
/// Mikolov & Bengio 2013, section 3.2): of the last 100 iterations, before clipping. Nothing before
/// the first iteration, and where the limit is not one of the whole norm.
struct SuggestedRange {
  double low = 0.0, high = 0.0;
};
std::optional<SuggestedRange> suggested_threshold(const session::Snapshot& snapshot);

/// How many of the last `window` iterations were clipped; of 100, or of all while there are fewer.
struct Clipped {
  std::size_t count = 0, window = 0;
};
Clipped lately_clipped(const session::Snapshot& snapshot);
/// "clipped 37 of the last 100 iterations", or why there is nothing to count.
std::string clipping_summary(const session::Snapshot& snapshot);

/// The ranges of iterations and norms, for one network or two: View::gradient_range where it is
/// set, else all that is drawn.
PlotArea norm_range(const session::Snapshot& snapshot, const View& view);

}  // namespace backflow::figure
