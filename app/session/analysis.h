// Computing the Analysis of a record.
#pragma once

#include <functional>
#include <memory>

#include "app/session/map_level.h"
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

/// The same with a map that is not exact: of every s-th step only (JacobianNorms::stride), in a few
/// milliseconds; for wide networks estimated. Nothing when there is no such level, when `earlier`
/// has the exact map, or when cancelled.
std::shared_ptr<const Analysis> analyse_coarsely(
    std::shared_ptr<const training::IterationRecord> record, const AnalysisOptions& options,
    const gradient::CancelFunction& cancelled = {}, const Analysis* earlier = nullptr,
    const KnownNeuron& known = nullptr, int level = kFirstLevel);

/// The exact map takes more memory than this machine can spare: two thirds of all that it has.
bool exact_is_too_large(const training::IterationRecord& record, const AnalysisOptions& options);

/// What a file shows: the exact analysis where the map is needed (`map`), or what is computed from
/// its products or with it (of the options all but the one neuron); else the quickest there is.
/// Throws std::runtime_error, one sentence, where the exact map is too large.
std::shared_ptr<const Analysis> analyse_for_file(
    std::shared_ptr<const training::IterationRecord> record, const AnalysisOptions& options,
    bool map, const gradient::CancelFunction& cancelled = {}, const Analysis* earlier = nullptr);

/// True when the exact analysis takes more than about half a second.
bool is_slow(const training::IterationRecord& record, const AnalysisOptions& options);

/// Puts an analysis (or null) into a snapshot, with the spectral radius it found.
void attach(std::shared_ptr<const Analysis> analysis, Snapshot& snapshot);

}  // namespace backflow::session
