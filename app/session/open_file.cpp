#include "app/session/open_file.h"

#include <algorithm>

#include "core/io/file_name.h"
#include "core/io/stored_model.h"
#include "core/io/zip_names.h"

namespace backflow::session {

std::string_view key_to_open(const std::string& path) {
  // Networks alone, and what people take for them.
  constexpr std::string_view kNetworks[] = {".safetensors", ".pt", ".pth", ".bin"};
  if (std::ranges::any_of(kNetworks, [&](auto end) { return io::ends_in(path, end); }))
    return "model.file";
  if (!io::ends_in(path, ".npz")) return "task.file";
  const auto is_recurrent = [](std::string_view name) {
    return io::is_recurrent(name.substr(0, name.rfind(".npy")));
  };
  return std::ranges::any_of(io::zip_names(path), is_recurrent) ? "model.file" : "task.file";
}

}  // namespace backflow::session
