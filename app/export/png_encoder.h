// Pixels as the bytes of a PNG file, through Cairo. The same pixels give the same bytes.
#pragma once

#include <span>
#include <string>

#include "app/export/metadata.h"

using cairo_surface_t = struct _cairo_surface;

namespace backflow::exporting {

/// `rgba` has width · height · 4 bytes, row by row from the top, alpha not premultiplied. Opaque
/// and fully transparent pixels are kept exactly, others to within the rounding of premultiplied
/// alpha. Throws std::runtime_error when the size is not one an image can have.
std::string encode_png(std::span<const unsigned char> rgba, int width, int height);

/// The bytes of an image surface; throws std::runtime_error when it is in an error state.
std::string encode_png(cairo_surface_t* surface);

/// The same file that knows how large it is on paper, and of what it is a picture.
std::string with_metadata(std::string png, double pixels_per_inch, const std::string& title,
                          const Metadata& metadata);

}  // namespace backflow::exporting
