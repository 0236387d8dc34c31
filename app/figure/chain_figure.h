// One Jacobian product taken apart: the one-step Jacobians J_t … J_{k+1} as pictures, below each
// the running product ∂h_t/∂h_{i−1} = J_t … J_i, with their norms in the colours of the map; the
// norms of all running products with the bound (γσ₁)^lag; and the singular values of the whole
// product. Needs session::AnalysisOptions::chain.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_jacobian_chain(const session::Snapshot& snapshot, const View& view,
                            const FigureStyle& style, Size size);
/// "step,quantity,value": for every i = t … k + 1 log10_norm of J_i, log10_product_norm of J_t …
/// J_i, log10_bound of it (nan without one), mean_slope and saturated_share of f′(a_i); then
/// log10_singular_value of the product with its index, from 1, as the step.
void write_jacobian_chain_csv(const session::Snapshot& snapshot, const View& view,
                              const CsvSink& sink);
std::string jacobian_chain_tooltip(const session::Snapshot& snapshot, const View& view,
                                   const Figure& figure, Point at);

/// The steps under the mouse: (i, i − 1) at J_i, (t, i − 1) at a running product.
std::optional<Cell> jacobian_chain_cell(const session::Snapshot& snapshot, const View& view,
                                        const Figure& figure, Point at);

}  // namespace backflow::figure
