// Snapshots for figure tests, made by a real session.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/figure/catalogue.h"
#include "app/session/session.h"

namespace backflow::figure {

/// Everything there is to be analysed.
inline const session::AnalysisOptions kEverything{
    .spectra = true, .chain = true, .contributions = true, .lyapunov = true, .neuron = true};

/// A session with those keys after that many iterations, analysed; everything by default.
session::Snapshot snapshot_after(int iterations, const std::vector<const char*>& assignments,
                                 const session::AnalysisOptions& options = kEverything);

/// Two networks after that many iterations, B with those keys; everything analysed but a chain.
session::Snapshot compared(int iterations, const std::vector<std::string>& keys,
                           const std::vector<std::pair<const char*, const char*>>& of_b);

/// A run of ReLU that diverges.
session::Snapshot diverged_snapshot();

/// The cells of the figure's CSV, its header first.
std::vector<std::vector<std::string>> rows_of(const FigureInfo& info,
                                              const session::Snapshot& snapshot,
                                              const View& view = {});

}  // namespace backflow::figure
