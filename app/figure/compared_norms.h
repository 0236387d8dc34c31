// The gradient norms of two networks on the same axes: ‖∇L‖ before clipping, each with its clipping
// threshold. gradient_norm_figure.h shows one network more closely.
#pragma once

#include <string>

#include "app/figure/figure.h"
#include "app/figure/style.h"
#include "app/figure/view.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// Precondition of both: snapshot.other.
Figure build_compared_norms(const session::Snapshot& snapshot, const View& view,
                            const FigureStyle& style, Size size);
std::string compared_norms_tooltip(const session::Snapshot& snapshot, const Figure& figure,
                                   Point at);

}  // namespace backflow::figure
