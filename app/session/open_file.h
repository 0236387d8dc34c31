// How a file of the user's that is no session goes into the one that is open.
#pragma once

#include <string>
#include <string_view>

namespace backflow::session {

/// The key to set: model.file for a network (tensors with the names of torch.nn.RNN, GRU or LSTM),
/// else task.file: sequences or a text. Decided by the file's name, and for an NPZ, which may be
/// either, by the names in it. What is wrong with the file is told by whoever sets the key.
std::string_view key_to_open(const std::string& path);

}  // namespace backflow::session
