// Animations as GIF, through giflib.
//
// Each picture holds only the rectangle that differs from the one before, with a palette of its
// own: up to 256 colours that the picture has, spread over all that it has; the others become the
// nearest of these. The same pictures give the same bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace backflow::exporting {

/// Opaque pixels 0x00RRGGBB, row by row from the top.
struct Raster {
  int width = 0, height = 0;
  std::vector<std::uint32_t> pixels;
};

class GifWriter {
public:
  /// Of pictures of that size, up to 65535 each way, shown again and again.
  GifWriter(int width, int height);
  ~GifWriter();
  GifWriter(const GifWriter&) = delete;
  GifWriter& operator=(const GifWriter&) = delete;

  /// Shown for so many hundredths of a second (a GIF knows no finer). A picture like the one before
  /// makes that one stay longer. Throws std::runtime_error when it has another size.
  void add(const Raster& picture, int hundredths);

  /// The bytes of the file. Nothing can be added afterwards.
  std::string finish();

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace backflow::exporting
