// Computing the GradientWalk of a record.
#pragma once

#include "app/session/snapshot.h"

namespace backflow::session {

/// Nothing when cancelled.
std::optional<GradientWalk> gradient_walk(const training::IterationRecord& record,
                                          const gradient::CancelFunction& cancelled = {});

/// How many operations that takes, roughly.
double cost_of_walk(const training::IterationRecord& record);

}  // namespace backflow::session
