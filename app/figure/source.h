// What was opened, in words: the network's file and the sequences'.
#pragma once

#include <string>

#include "core/config/config.h"

namespace backflow::figure {

/// "lstm.safetensors", with "layer 1 of 2" and the direction where there are several; empty for a
/// network that is no file's.
std::string source_name(const config::Config& config);

/// The same with all there is to tell: sizes, type, read-out, and where the inputs come from.
std::string source_text(const config::Config& config);

/// "lstm.safetensors: LSTM, ": what names of quantities begin with. Either part may be missing.
std::string source_prefix(const config::Config& config, model::CellKind cell);

}  // namespace backflow::figure
