// Snapshots for figure tests, made by a real session.
#pragma once

#include <string>
#include <vector>

#include "app/figure/catalogue.h"
#include "app/session/session.h"

namespace backflow::figure {

/// A session with those keys after that many iterations, analysed; with the spectra by default.
session::Snapshot snapshot_after(int iterations, const std::vector<const char*>& assignments,
                                 const session::AnalysisOptions& options = {.spectra = true});

/// A run of ReLU that diverges.
session::Snapshot diverged_snapshot();

/// The cells of the figure's CSV, its header first.
std::vector<std::vector<std::string>> rows_of(const FigureInfo& info,
                                              const session::Snapshot& snapshot,
                                              const View& view = {});

}  // namespace backflow::figure
