#include "app/cli/screenshot.h"

#include <stdexcept>

#include "app/export/atomic_write.h"
#include "app/export/png_encoder.h"

namespace backflow::cli {

std::string write_screenshot(const std::string& path, std::span<const unsigned char> rgba,
                             int width, int height) {
  try {
    return exporting::write_file_atomically(path, exporting::encode_png(rgba, width, height));
  } catch (const std::runtime_error& error) {
    return path + " could not be written: " + error.what();
  }
}

}  // namespace backflow::cli
