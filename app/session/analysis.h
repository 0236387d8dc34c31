// Computing the Analysis of a record.
#pragma once

#include <functional>
#include <memory>

#include "app/session/snapshot.h"

namespace backflow::session {

/// The exact analysis of a record; nothing when cancelled.
std::shared_ptr<const Analysis> analyse(std::shared_ptr<const training::IterationRecord> record,
                                        const AnalysisOptions& options,
                                        const gradient::CancelFunction& cancelled = {});

/// The same with a map of every s-th step only (JacobianNorms::stride), in a few milliseconds;
/// nothing when the exact map takes no longer than that, or when cancelled.
std::shared_ptr<const Analysis> analyse_coarsely(
    std::shared_ptr<const training::IterationRecord> record, const AnalysisOptions& options,
    const gradient::CancelFunction& cancelled = {});

/// True when the exact analysis takes more than about half a second.
bool is_slow(const training::IterationRecord& record, const AnalysisOptions& options);

/// Puts an analysis (or null) into a snapshot, with the spectral radius it found.
void attach(std::shared_ptr<const Analysis> analysis, Snapshot& snapshot);

}  // namespace backflow::session
