#include "app/session/open_file.h"

#include <algorithm>

#include "core/io/file_name.h"
#include "core/io/stored_model.h"

namespace backflow::session {

std::string_view key_to_open(const std::string& path) {
  // Networks alone, and what people take for them.
  constexpr std::string_view kNetworks[] = {".safetensors", ".pt", ".pth", ".bin"};
  if (std::ranges::any_of(kNetworks, [&](auto end) { return io::ends_in(path, end); }))
    return "model.file";
  io::TensorFile file;
  const bool has_network = io::ends_in(path, ".npz") && io::TensorFile::read(path, file).empty() &&
                           !io::model_prefixes(file).empty();
  return has_network ? "model.file" : "task.file";
}

}  // namespace backflow::session
