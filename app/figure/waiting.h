// What stands in place of a figure whose numbers are not there yet.
#pragma once

#include <string>

#include "app/figure/header.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// Writes `computing`, such as "computing the spectrum …". Beside a coarse map, which is all there
/// is time for while a large network trains, it will not come: that is said instead.
inline void add_waiting(Figure& figure, const FigureStyle& style, const Rect& area,
                        const session::Snapshot& snapshot, const std::string& computing) {
  const bool coarse = snapshot.analysis && snapshot.analysis->norms.stride > 1;
  add_hint(figure, style, area, coarse ? "shown when training pauses" : computing);
}

}  // namespace backflow::figure
