// What a unit does at each step of the sequence shown, summed up: part of an Analysis.
#pragma once

#include "app/session/snapshot.h"

namespace backflow::session {

/// Fills saturation, slopes, pre-activations with their histogram, and gates, each of a sequence's
/// own length; they must be empty.
void add_steps(const training::IterationRecord& record, model::Index sequence, Analysis& analysis);

}  // namespace backflow::session
