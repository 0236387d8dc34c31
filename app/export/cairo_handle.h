// Owning handles of Cairo's objects. For .cpp files of this folder only.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <cairo.h>

namespace backflow::exporting {

struct CairoDeleter {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_pattern_t* pattern) const { cairo_pattern_destroy(pattern); }
  void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
};

using SurfacePtr = std::unique_ptr<cairo_surface_t, CairoDeleter>;
using ContextPtr = std::unique_ptr<cairo_t, CairoDeleter>;
using PatternPtr = std::unique_ptr<cairo_pattern_t, CairoDeleter>;
using FontOptionsPtr = std::unique_ptr<cairo_font_options_t, CairoDeleter>;

/// Throws std::runtime_error with Cairo's reason unless the status is success.
inline void require_success(cairo_status_t status, const char* doing) {
  if (status == CAIRO_STATUS_SUCCESS) return;
  throw std::runtime_error(std::string(doing) + " failed: " + cairo_status_to_string(status));
}

/// A cairo_write_func_t whose closure is a std::string.
cairo_status_t append_bytes(void* text, const unsigned char* data, unsigned int length);

/// An image surface, premultiplied 32-bit: the pixels `rgba` as in png_encoder.h, transparent
/// when that is null.
SurfacePtr make_image(const unsigned char* rgba, int width, int height);

}  // namespace backflow::exporting
