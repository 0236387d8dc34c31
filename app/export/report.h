// A run as one web page: its verdict, settings, figures and formulas. Self-contained: no script, no
// network, nothing beside it. Figures are inline SVG, one for wide screens and paper and one for
// phones, whose letters are the same size on both.
#pragma once

#include <string>

#include "app/figure/colormap.h"
#include "app/session/snapshot.h"

namespace backflow::exporting {

/// Needs Snapshot::record and ::analysis with everything in it. `program` is name and version. The
/// same snapshot gives the same bytes.
std::string report_html(const session::Snapshot& snapshot, const std::string& program,
                        figure::Colormap colors = figure::Colormap::diverging);

}  // namespace backflow::exporting
