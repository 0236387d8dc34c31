// backflow check: are the gradients of this very model right?
#pragma once

#include <ostream>

#include "app/cli/start.h"

namespace backflow::cli {

/// Compares backpropagation through time with central differences for the weights and the
/// batch of the start: one line per tensor on `out`. A truncated gradient is compared with
/// that of the loss whose older states are constants. Returns the exit code, kFailure when a
/// tensor is off by more than 1e-6. Precondition: config::validate(start.config) is empty.
int check_gradients(const Start& start, std::ostream& out);

}  // namespace backflow::cli
