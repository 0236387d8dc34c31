// The window's pixels as a PNG file.
#pragma once

#include <span>
#include <string>

namespace backflow::cli {

/// `rgba` has width · height · 4 bytes, row by row from the top. Returns an empty string, or one
/// sentence that names the path.
std::string write_screenshot(const std::string& path, std::span<const unsigned char> rgba,
                             int width, int height);

}  // namespace backflow::cli
