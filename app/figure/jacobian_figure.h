// The heatmap of log10 ‖∂h_t/∂h_k‖ (of an LSTM also of c, or of both): k across, t down, one cell
// for every pair 0 ≤ k ≤ t ≤ T, the length of the sequence.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_jacobian_norms(const session::Snapshot& snapshot, const View& view,
                            const FigureStyle& style, Size size);
/// "t,k,log10_norm", or "…,log10_norm_cell", "…,log10_norm_full" for those parts of the state: all
/// pairs 0 ≤ k ≤ t ≤ T that were computed, not those that a coarse map interpolates.
void write_jacobian_norms_csv(const session::Snapshot& snapshot, const View& view,
                              const CsvSink& sink);
std::string jacobian_norms_tooltip(const session::Snapshot& snapshot, const View& view,
                                   const Figure& figure, Point at);

std::optional<Cell> jacobian_norms_cell(const session::Snapshot& snapshot, const View& view,
                                        const Figure& figure, Point at);

/// The cell at a point of the figure; nothing outside the map or where k > t.
std::optional<Cell> cell_at(const Figure& figure, Point at);

/// Where the cell is drawn. `cells` is Figure::plot of this figure, T = `steps`.
Rect cell_rect(const PlotArea& cells, model::Index steps, Cell cell);

/// The colours of the map, which has the limits of norm_scale() where View leaves them automatic.
ColorScale map_scale(const session::Snapshot& snapshot, const View& view, const FigureStyle& style);

/// Limits equally far on both sides of 10^0, and wide enough for every finite value.
double automatic_limit(const gradient::LogRange& range);
/// The same for the map of the snapshot, and that of the other network where there is one.
double automatic_limit(const session::Snapshot& snapshot);

}  // namespace backflow::figure
