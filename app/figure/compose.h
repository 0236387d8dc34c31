// Several figures as parts of one.
#pragma once

#include "app/figure/figure.h"

namespace backflow::figure {

/// Puts a figure, without its background, into another one, its top left corner at that point. Its
/// groups' ids begin with its name; its plots are not those of the whole.
void add_part(Figure& whole, Figure part, Point at);

}  // namespace backflow::figure
