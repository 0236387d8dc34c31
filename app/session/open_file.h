// Which command opens a file of the user's that is no session.
#pragma once

#include <string>

#include "app/session/command.h"

namespace backflow::session {

/// A network (model.file) for tensors with the names of torch.nn.RNN, GRU or LSTM, else data
/// (task.file): sequences or a text. Reads the file; arrays lie as `layout` says. Returns an empty
/// string, or what is wrong with it, to be read after its name.
std::string command_to_open(const std::string& path, training::SequenceLayout layout,
                            SetKey& command);

}  // namespace backflow::session
