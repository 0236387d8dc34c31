// Figures made of figures: each part is built for its own size and then moved to its place.
#pragma once

#include "app/figure/figure.h"

namespace backflow::figure {

/// Adds the groups of `part` with its origin at a point of `whole`; their ids begin with the part's
/// name. Its plots follow the whole's, the first of all being Figure::plot; its hot spots come
/// along.
void place(Figure& whole, Figure part, Point at);

}  // namespace backflow::figure
