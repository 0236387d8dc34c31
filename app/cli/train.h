// Training without a window, for the commands that write files.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "app/cli/start.h"
#include "app/session/comparison.h"
#include "app/session/snapshot.h"

namespace backflow::cli {

/// Trains for that many iterations on from the start, with a line of progress on a terminal, and
/// analyses the last one, with the exact map if `map` or the options need it
/// (session::analyse_for_file(), which throws where it is too large). Where training stops on a
/// number that is not finite, `err` is told and the analysis is of that iteration. Of two networks
/// it is a snapshot of the one that is asked for. Precondition: config::validate(start.config) is
/// empty.
session::Snapshot train(const Start& start, std::int64_t iterations,
                        const session::AnalysisOptions& options, bool map, std::ostream& err);

/// That of the network which is further.
std::uint64_t iteration_of(const session::Comparison& networks);

/// Tells that training stopped on a number that is not finite, if it did, and what follows from it.
void tell_divergence(const session::Snapshot& snapshot, const std::string& consequence,
                     std::ostream& err);

}  // namespace backflow::cli
