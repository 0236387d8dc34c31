#include "core/io/file_name.h"

#include <filesystem>
#include <system_error>

namespace backflow::io {

std::string from_the_root(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error || path.empty() ? path : absolute.lexically_normal().string();
}

}  // namespace backflow::io
