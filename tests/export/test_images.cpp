#include "tests/export/test_images.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "app/export/cairo_handle.h"

namespace backflow::exporting {

figure::Color Image::at(int x, int y) const {
  return pixels.at(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                   static_cast<std::size_t>(x));
}

Image decode_png(std::string_view bytes) {
  const auto read = [](void* closure, unsigned char* data, unsigned int length) {
    auto& rest = *static_cast<std::string_view*>(closure);
    if (rest.size() < length) return CAIRO_STATUS_READ_ERROR;
    std::memcpy(data, rest.data(), length);
    rest.remove_prefix(length);
    return CAIRO_STATUS_SUCCESS;
  };
  const SurfacePtr surface(cairo_image_surface_create_from_png_stream(read, &bytes));
  Image image;
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return image;
  image.width = cairo_image_surface_get_width(surface.get());
  image.height = cairo_image_surface_get_height(surface.get());
  const unsigned char* data = cairo_image_surface_get_data(surface.get());
  const std::ptrdiff_t stride = cairo_image_surface_get_stride(surface.get());
  const bool has_alpha = cairo_image_surface_get_format(surface.get()) == CAIRO_FORMAT_ARGB32;
  for (std::ptrdiff_t y = 0; y < image.height; ++y)
    for (std::ptrdiff_t x = 0; x < image.width; ++x) {
      std::uint32_t word = 0;
      std::memcpy(&word, data + y * stride + 4 * x, sizeof word);
      const std::uint32_t alpha = has_alpha ? word >> 24 : 255u;
      const auto level = [&](int shift) {
        const std::uint32_t value = word >> shift & 255u;
        return static_cast<std::uint8_t>(
            alpha == 0 ? 0 : std::min(255u, (value * 255 + alpha / 2) / alpha));
      };
      image.pixels.push_back({level(16), level(8), level(0), static_cast<std::uint8_t>(alpha)});
    }
  return image;
}

figure::Figure figure_of(double width, double height, std::vector<figure::Mark> marks) {
  figure::Figure figure;
  figure.name = "test";
  figure.title = "A test";
  figure.width = width;
  figure.height = height;
  figure.background = {255, 255, 255, 255};
  figure.groups.push_back({"marks", std::nullopt, std::move(marks)});
  return figure;
}

figure::HeatmapMark heatmap_of(figure::Rect rect, int rows, int cols, std::vector<float> values) {
  return {rect, rows, cols, std::make_shared<const std::vector<float>>(std::move(values)),
          figure::color_scale(-4.0, 2.0)};
}

}  // namespace backflow::exporting
