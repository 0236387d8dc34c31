#include "app/export/heatmap_pixels.h"

#include <algorithm>

namespace backflow::exporting {

std::vector<unsigned char> heatmap_pixels(const figure::HeatmapMark& mark, int factor) {
  if (mark.rows <= 0 || mark.cols <= 0 || factor <= 0 || !mark.values) return {};
  const auto rows = static_cast<std::size_t>(mark.rows), cols = static_cast<std::size_t>(mark.cols);
  if (mark.values->size() < rows * cols) return {};
  const auto repeat = static_cast<std::size_t>(factor);
  const std::size_t row_bytes = 4 * cols * repeat;
  std::vector<unsigned char> pixels(row_bytes * rows * repeat);
  auto out = pixels.begin();
  for (std::size_t row = 0; row < rows; ++row) {
    const auto start = out;
    for (std::size_t col = 0; col < cols; ++col) {
      const figure::Color color = figure::color_of(mark.scale, (*mark.values)[row * cols + col]);
      for (std::size_t i = 0; i < repeat; ++i)
        for (const unsigned char level : {color.r, color.g, color.b, color.a}) *out++ = level;
    }
    for (std::size_t i = 1; i < repeat; ++i)
      out = std::copy(start, start + static_cast<std::ptrdiff_t>(row_bytes), out);
  }
  return pixels;
}

}  // namespace backflow::exporting
