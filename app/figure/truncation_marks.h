// The cells of the Jacobian map that truncated BPTT cuts: their products exist, but no blame takes
// that way. Marks on top of the map, the same on every canvas.
#pragma once

#include "app/figure/figure.h"
#include "app/figure/style.h"
#include "core/gradient/truncation.h"

namespace backflow::figure {

/// True when some cell of a map of T = `steps` is cut.
bool cuts_any(const gradient::Truncation& truncation, model::Index steps);

/// Dims and hatches the cut cells of the map that fills `map`, and draws their edge.
void add_cut_cells(Group& group, const FigureStyle& style, const gradient::Truncation& truncation,
                   const Rect& map, model::Index steps);

/// What a cell's colour looks like when it is cut.
Color cut_color(const Color& color, const FigureStyle& style);

/// "▨ cut by truncation: horizon 10" with its left end and baseline at a point, or a shorter form.
/// Returns its width; 0 when nothing fits into `room`.
double add_cut_legend(Group& group, const FigureStyle& style,
                      const gradient::Truncation& truncation, Point at, double room);

}  // namespace backflow::figure
