// The parts of the unrolled network, each drawn into the figure by its own file.
#pragma once

#include "app/figure/unrolled_layout.h"

namespace backflow::figure {

/// Steps with room for boxes, numbers and arrows.
void add_unrolled_boxes(Group& group, const FigureStyle& style, const UnrolledData& data,
                        const UnrolledLayout& layout);

/// Many steps: strips of cells. The number of marks grows with the width, not with the steps.
void add_unrolled_strips(Group& group, const FigureStyle& style, const UnrolledData& data,
                         const UnrolledLayout& layout);

/// Names of the rows at their left, with the limits of colours that the legend does not have, and
/// how many units share a row of cells.
void add_unrolled_labels(Figure& figure, const FigureStyle& style, const UnrolledData& data,
                         const UnrolledLayout& layout);

/// The steps below the rows; the last one always.
void add_unrolled_steps(Figure& figure, const FigureStyle& style, const UnrolledData& data,
                        const UnrolledLayout& layout);

/// How much of the iteration a walk has reached: what lies ahead is dimmed, the present node
/// marked, and the signal under way drawn. Nothing without View::playhead.
void add_unrolled_reveal(Figure& figure, const FigureStyle& style, const View& view,
                         const UnrolledData& data, const UnrolledLayout& layout);

/// The step whose values the folded cell shows; 0: none, only names.
model::Index folded_step(const View& view, const UnrolledData& data);

/// The one cell with its loop, in the column of folded_step() (of step 1 where that is 0), with its
/// hot spots and what a walk shows of it.
void add_folded_cell(Group& group, Figure& figure, const FigureStyle& style, const View& view,
                     const UnrolledData& data, const UnrolledLayout& layout);

/// The gradients of W_xh, W_hh and W_hy, filling up term by term as the walk goes back. Nothing
/// without View::playhead.
void add_gradient_bars(Figure& figure, const FigureStyle& style, const View& view,
                       const session::Snapshot& snapshot, const UnrolledData& data,
                       const UnrolledLayout& layout);

/// What lies where, for the mouse.
void add_unrolled_spots(Figure& figure, const UnrolledData& data, const UnrolledLayout& layout);

/// An outline around every hot spot that View::highlight means.
void add_highlight(Figure& figure, const FigureStyle& style, const View& view);

/// What colours and arrows mean.
void add_unrolled_legend(Figure& figure, const FigureStyle& style, const UnrolledData& data,
                         const UnrolledLayout& layout);

}  // namespace backflow::figure
