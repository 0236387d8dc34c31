// The cells of a heatmap as pixels, for the files that hold it as an image.
#pragma once

#include <vector>

#include "app/figure/figure.h"

namespace backflow::exporting {

/// RGBA, not premultiplied, cols · factor wide and rows · factor high: each cell is a square of
/// factor² pixels of figure::color_of. Empty when the mark has no cells or too few values.
std::vector<unsigned char> heatmap_pixels(const figure::HeatmapMark& mark, int factor);

}  // namespace backflow::exporting
