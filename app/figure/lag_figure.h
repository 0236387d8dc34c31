// The Jacobian map by distance: median and quartiles of ‖∂h_t/∂h_{t−lag}‖ over t, the fitted factor
// per step, the bound (γσ₁)^lag, the slope exp(λ₁ lag) of the largest Lyapunov exponent, and how
// far the gradient reaches above ε.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_gradient_by_lag(const session::Snapshot& snapshot, const View& view,
                             const FigureStyle& style, Size size);
/// "lag,log10_median,log10_lower_quartile,log10_upper_quartile,log10_line,log10_bound,
/// log10_lyapunov", lag = 0..T;
/// the bound is that of the map's norm, nan when W_hh is not finite.
void write_gradient_by_lag_csv(const session::Snapshot& snapshot, const View& view,
                               const CsvSink& sink);
std::string gradient_by_lag_tooltip(const session::Snapshot& snapshot, const View& view,
                                    const Figure& figure, Point at);

/// The pair of steps (T, T − lag) for the lag under the mouse.
std::optional<Cell> gradient_by_lag_cell(const session::Snapshot& snapshot, const View& view,
                                         const Figure& figure, Point at);

}  // namespace backflow::figure
