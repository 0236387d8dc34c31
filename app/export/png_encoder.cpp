#include "app/export/png_encoder.h"

#include <cmath>
#include <cstdint>
#include <cstring>

#include <zlib.h>

#include "app/export/cairo_handle.h"

namespace backflow::exporting {
namespace {

// Cairo's ARGB32: a native-endian word with the colours multiplied by alpha.
std::uint32_t premultiplied(const unsigned char* pixel) {
  const std::uint32_t alpha = pixel[3];
  const auto scaled = [alpha](std::uint32_t level) { return (level * alpha + 127) / 255; };
  return alpha << 24 | scaled(pixel[0]) << 16 | scaled(pixel[1]) << 8 | scaled(pixel[2]);
}

std::string big_endian(std::uint64_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

// A chunk of a PNG file (ISO/IEC 15948, 5.3): length, type, data, and the sum that guards the last
// two.
std::string chunk(const char* type, const std::string& data) {
  const std::string guarded = type + data;
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(guarded.data()), static_cast<uInt>(guarded.size()));
  return big_endian(data.size()) + guarded + big_endian(sum);
}

// UTF-8, not compressed, of no language in particular.
std::string text_chunk(const std::string& keyword, const std::string& text) {
  return text.empty() ? text : chunk("iTXt", keyword + std::string(5, '\0') + text);
}

}  // namespace

cairo_status_t append_bytes(void* text, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

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
  require_success(cairo_surface_write_to_png_stream(surface, append_bytes, &bytes),
                  "writing a PNG");
  return bytes;
}

std::string encode_png(std::span<const unsigned char> rgba, int width, int height) {
  if (width <= 0 || height <= 0 ||
      rgba.size() != 4 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height))
    throw std::runtime_error("writing a PNG failed: the size does not fit the pixels");
  return encode_png(make_image(rgba.data(), width, height).get());
}

std::string with_metadata(std::string png, double pixels_per_inch, const std::string& title,
                          const Metadata& metadata) {
  constexpr std::size_t kAfterHeader = 8 + 25;  // signature and IHDR
  const std::string per_meter =
      big_endian(static_cast<std::uint64_t>(std::llround(pixels_per_inch / 0.0254)));
  const std::string resolution = per_meter + per_meter + '\x01';  // the unit is the metre
  png.insert(kAfterHeader, chunk("pHYs", resolution) + text_chunk("Title", title) +
                               text_chunk("Description", metadata.description) +
                               text_chunk("Software", metadata.program));
  return png;
}

}  // namespace backflow::exporting
