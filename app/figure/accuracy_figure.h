// The share of right answers over the iterations: of the training batches, of the validations, and
// by chance.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_accuracy(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                      Size size);
/// "iteration,accuracy,validation_accuracy"; shares in [0, 1], nan where the task knows no right
/// and wrong.
void write_accuracy_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
std::string accuracy_tooltip(const session::Snapshot& snapshot, const View& view,
                             const Figure& figure, Point at);

}  // namespace backflow::figure
