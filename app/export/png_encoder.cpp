#include "app/export/png_encoder.h"

#include <cstdint>
#include <cstring>

#include "app/export/cairo_handle.h"

namespace backflow::exporting {
namespace {

cairo_status_t append(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

// Cairo's ARGB32: a native-endian word with the colours multiplied by alpha.
std::uint32_t premultiplied(const unsigned char* pixel) {
  const std::uint32_t alpha = pixel[3];
  const auto scaled = [alpha](std::uint32_t level) { return (level * alpha + 127) / 255; };
  return alpha << 24 | scaled(pixel[0]) << 16 | scaled(pixel[1]) << 8 | scaled(pixel[2]);
}

}  // namespace

SurfacePtr make_image(const unsigned char* rgba, int width, int height) {
  SurfacePtr surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  require_success(cairo_surface_status(surface.get()), "making an image");
  if (rgba == nullptr) return surface;
  unsigned char* data = cairo_image_surface_get_data(surface.get());
  const std::ptrdiff_t stride = cairo_image_surface_get_stride(surface.get());
  for (std::ptrdiff_t y = 0; y < height; ++y)
    for (std::ptrdiff_t x = 0; x < width; ++x) {
      const std::uint32_t word = premultiplied(rgba + 4 * (y * width + x));
      std::memcpy(data + y * stride + 4 * x, &word, sizeof word);
    }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

std::string encode_png(cairo_surface_t* surface) {
  std::string bytes;
  cairo_surface_flush(surface);
  require_success(cairo_surface_write_to_png_stream(surface, append, &bytes), "writing a PNG");
  return bytes;
}

std::string encode_png(std::span<const unsigned char> rgba, int width, int height) {
  if (width <= 0 || height <= 0 ||
      rgba.size() != 4 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height))
    throw std::runtime_error("writing a PNG failed: the size does not fit the pixels");
  return encode_png(make_image(rgba.data(), width, height).get());
}

}  // namespace backflow::exporting
