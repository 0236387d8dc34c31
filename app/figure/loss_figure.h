// The loss over the iterations: of the training batches, of the validations, and by chance.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_loss(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                  Size size);
/// "iteration,loss,validation_loss,chance"
void write_loss_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
std::string loss_tooltip(const session::Snapshot& snapshot, const View& view, const Figure& figure,
                         Point at);

}  // namespace backflow::figure
