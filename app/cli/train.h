// Training without a window, for the commands that write files.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "app/session/snapshot.h"
#include "core/config/config.h"

namespace backflow::cli {

/// Trains for that many iterations, with a line of progress on a terminal, and analyses the last
/// one. Where training stops on a number that is not finite, `err` is told and the analysis is of
/// that iteration. Precondition: config::validate(config) is empty.
session::Snapshot train(const config::Config& config, std::int64_t iterations,
                        const session::AnalysisOptions& options, std::ostream& err);

/// Tells that training stopped on a number that is not finite, if it did, and what follows from it.
void tell_divergence(const session::Snapshot& snapshot, const std::string& consequence,
                     std::ostream& err);

}  // namespace backflow::cli
