// Colours and pictures as bytes.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace backflow::platform {

using Rgba = std::array<unsigned char, 4>;

/// Pixels from the top left, alpha not premultiplied.
struct PixelImage {
  PixelImage() = default;
  PixelImage(int w, int h)
      : width(w), height(h), rgba(4 * static_cast<std::size_t>(w) * static_cast<std::size_t>(h)) {}

  int width = 0, height = 0;
  std::vector<unsigned char> rgba;
};

}  // namespace backflow::platform
