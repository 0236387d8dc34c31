// Computing the Analysis of a record.
#pragma once

#include <functional>
#include <memory>

#include "app/session/snapshot.h"

namespace backflow::session {

/// The options with what they ask of the configuration.
AnalysisOptions with_config(AnalysisOptions options, const config::Config& config);

/// What does not depend on a record, and is kept from one to the next.
using KnownNeuron = std::shared_ptr<const lab::NeuronStudy>;

/// The exact analysis of a record; nothing when cancelled. What `earlier` has already, an analysis
/// with other options or null, is taken from it; and what is `known` of the one neuron, or null.
std::shared_ptr<const Analysis> analyse(std::shared_ptr<const training::IterationRecord> record,
                                        const AnalysisOptions& options,
                                        const gradient::CancelFunction& cancelled = {},
                                        const Analysis* earlier = nullptr,
                                        const KnownNeuron& known = nullptr);

/// The same with a map of every s-th step only (JacobianNorms::stride), in a few milliseconds;
/// nothing when the exact map takes no longer than that, when `earlier` has it, or when cancelled.
std::shared_ptr<const Analysis> analyse_coarsely(
    std::shared_ptr<const training::IterationRecord> record, const AnalysisOptions& options,
    const gradient::CancelFunction& cancelled = {}, const Analysis* earlier = nullptr,
    const KnownNeuron& known = nullptr);

/// True when the exact analysis takes more than about half a second.
bool is_slow(const training::IterationRecord& record, const AnalysisOptions& options);

/// Puts an analysis (or null) into a snapshot, with the spectral radius it found.
void attach(std::shared_ptr<const Analysis> analysis, Snapshot& snapshot);

}  // namespace backflow::session
