// Two networks in one picture: who is A and who is B, how their curves look, and what is drawn
// once for both. The two are told apart by colour and by dash, and named in the legend.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/figure/figure.h"
#include "app/figure/plot_axes.h"
#include "app/figure/style.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// The figure draws both networks of a comparison on the same axes; the others show one of them, on
/// scales that hold for both.
bool is_overlaid(std::string_view figure);

/// The snapshot, and that of the other network where there is one.
std::vector<const session::Snapshot*> both(const session::Snapshot& snapshot);

/// Of these the ones that set the scales of a figure that shows the snapshot: itself, and the other
/// unless one of the two has stopped on a number that is not finite, whose sizes would hide all
/// else.
std::vector<const session::Snapshot*> sharing_scales(const session::Snapshot& snapshot);

/// Those that set the scales of a figure that shows both: the ones that have not stopped, if any.
std::vector<const session::Snapshot*> scaling_curves(const session::Snapshot& snapshot);

/// The colour of A and of B.
Color side_color(const Palette& colors, bool is_b);

/// One network of a comparison, as its curves are drawn.
struct CurveSide {
  const session::Snapshot* snapshot;
  std::string name;  ///< "A", "B"
  Stroke stroke;     ///< of what is compared
  Stroke faint;      ///< of what stands beside it
};

/// A, then B. Precondition: snapshot.other.
std::vector<CurveSide> curve_sides(const session::Snapshot& snapshot, const Palette& colors);

/// The last value of a series on each side, "A 0.445", "B 0.61 at 40"; `word` stands after the
/// name.
std::vector<LegendItem> compared_legend(const std::vector<CurveSide>& sides,
                                        training::Series series, const std::string& word,
                                        Stroke CurveSide::*stroke);

}  // namespace backflow::figure
