// The four cards of the window in one figure: network, map, loss and gradient norm.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_dashboard(const session::Snapshot& snapshot, const View& view,
                       const FigureStyle& style, Size size);
/// "figure,row,column,value": the cells of the tables of its parts, one below the other.
void write_dashboard_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
/// Nothing: it is a figure for paper.
std::string dashboard_tooltip(const session::Snapshot& snapshot, const View& view,
                              const Figure& figure, Point at);

}  // namespace backflow::figure
