// The gradient itemised (the picture of RNNbow, Cashman et al. 2017): for each loss step t a bar of
// the norms ‖C(t, k)‖ of its terms, stacked over the source steps k ≤ t and coloured by the lag t −
// k, with the norm of their vector sum, the true gradient of that loss step, as a mark upon it.
// With one loss step only: a bar for each source step. Needs
// session::AnalysisOptions::contributions.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_contributions(const session::Snapshot& snapshot, const View& view,
                           const FigureStyle& style, Size size);
/// "t,k,tensor,log10_norm,log10_gradient": every term of every loss step that truncation lets
/// through, of W_hh, W_xh and b_h; the last column is the norm of the loss step's own gradient.
void write_contributions_csv(const session::Snapshot& snapshot, const View& view,
                             const CsvSink& sink);
std::string contributions_tooltip(const session::Snapshot& snapshot, const View& view,
                                  const Figure& figure, Point at);

/// The term (t, k) under the mouse.
std::optional<Cell> contributions_cell(const session::Snapshot& snapshot, const View& view,
                                       const Figure& figure, Point at);

}  // namespace backflow::figure
