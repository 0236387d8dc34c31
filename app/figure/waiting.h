// What stands in place of a figure whose numbers are not there yet.
#pragma once

#include <string>

#include "app/figure/header.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// Writes `computing`, such as "computing the spectrum …". Beside a coarse map, which is all there
/// is time for while a large network trains, or memory for, it will not come: that is said instead.
inline void add_waiting(Figure& figure, const FigureStyle& style, const Rect& area,
                        const session::Snapshot& snapshot, const std::string& computing) {
  const session::Analysis* analysis = snapshot.analysis.get();
  const bool coarse = analysis != nullptr && !analysis->norms.is_exact();
  add_hint(figure, style, area,
           !coarse               ? computing
           : analysis->too_large ? "takes more memory than this machine can spare"
                                 : "shown when training pauses");
}

}  // namespace backflow::figure
