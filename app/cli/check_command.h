// backflow check: are the gradients of this very model right?
#pragma once

#include <ostream>

#include "core/config/config.h"

namespace backflow::cli {

/// Compares backpropagation through time with central differences for the configuration's initial
/// weights and first batch: one line per tensor on `out`. Without targets one sentence on `err`. A truncated gradient is compared with
/// that of the loss whose older states are constants. Returns the exit code, kFailure when a
/// tensor is off by more than 1e-6. Precondition: config::validate(config) is empty.
int check_gradients(const config::Config& config, std::ostream& out, std::ostream& err);

}  // namespace backflow::cli
