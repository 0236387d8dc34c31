// The learning rate η over the iterations, as the schedule gave it.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

/// The axis is logarithmic for schedules that multiply, which are straight or even steps there.
Figure build_learning_rate(const session::Snapshot& snapshot, const View& view,
                           const FigureStyle& style, Size size);
/// "iteration,learning_rate"
void write_learning_rate_csv(const session::Snapshot& snapshot, const View& view,
                             const CsvSink& sink);
std::string learning_rate_tooltip(const session::Snapshot& snapshot, const View& view,
                                  const Figure& figure, Point at);

}  // namespace backflow::figure
