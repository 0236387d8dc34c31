// How fine a map is within how many operations.
#pragma once

#include <optional>

#include "app/session/snapshot.h"

namespace backflow::session {

/// The levels of an analysis with a map that is not exact: kQuickestLevel, for wide networks only,
/// goes without the spectral radius, which takes as long as its map; kFirstLevel has all the rest;
/// those after it, again for wide networks, have finer maps, until one takes as long as the exact
/// one.
inline constexpr int kQuickestLevel = 0, kFirstLevel = 1, kCoarseLevels = 5;

/// Operations that take about ten milliseconds.
inline constexpr double kAtOnce = 4e8;

/// A map that is not exact.
struct CoarseMap {
  model::Index stride;  ///< of its steps
  bool estimated;
};

/// The map of a level; nothing when there is no such level before the exact map.
std::optional<CoarseMap> coarse_map(const training::IterationRecord& record, model::Index sequence,
                                    const AnalysisOptions& options, int level);

/// Numbers in a state: n, or 2n of an LSTM's h and c.
model::Index size_of_state(const training::IterationRecord& record);

}  // namespace backflow::session
