// W_hh as a picture: entry (i, j) is the weight from unit j of h_{t−1} to unit i of h_t, or to its
// gate. Colours diverge from 0; of a gated cell one gate's block is shown (View::weight_gate). The
// weights as they are now; along a walk (View::playhead) those that its iteration is computed with.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_weights(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                     Size size);
/// "row,column,value" of all of W_hh (G·n, n) as shown, both from 1.
void write_weights_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
std::string weights_tooltip(const session::Snapshot& snapshot, const View& view,
                            const Figure& figure, Point at);

/// The block that is shown, 0 … G − 1.
model::Index shown_gate(const session::Snapshot& snapshot, const View& view);
/// That block (n, n), in the snapshot's record.
Eigen::Ref<const model::Matrix> shown_weights(const session::Snapshot& snapshot, const View& view);
/// The value with the deepest colour: a round number, not below any |w|, > 0.
double weight_limit(const Eigen::Ref<const model::Matrix>& W);
/// The same for the weights that are shown, and those of the other network where there is one.
double weight_limit(const session::Snapshot& snapshot, const View& view);

/// A place in the block, from 0.
struct Entry {
  model::Index row = 0, col = 0;
  bool operator==(const Entry&) const = default;
};
/// The entry at a point of the figure; nothing outside the matrix.
std::optional<Entry> entry_at(const Figure& figure, Point at);
/// The row whose number is at that point, left of the matrix.
std::optional<model::Index> row_label_at(const Figure& figure, Point at);
/// Where an entry is drawn.
Rect entry_rect(const Figure& figure, Entry entry);

}  // namespace backflow::figure
