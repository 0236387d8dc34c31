// Reads images back and makes small figures, for the tests of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/figure/figure.h"

namespace backflow::exporting {

/// Pixels of a PNG, alpha not premultiplied; width 0 when it is not one.
struct Image {
  int width = 0, height = 0;
  std::vector<figure::Color> pixels;  ///< row by row from the top

  figure::Color at(int x, int y) const;
};

Image decode_png(std::string_view bytes);

/// A white figure with one group of these marks.
figure::Figure figure_of(double width, double height, std::vector<figure::Mark> marks);

/// A map over `rect` with these values, colours from 10^-4 to 10^2.
figure::HeatmapMark heatmap_of(figure::Rect rect, int rows, int cols, std::vector<float> values);

}  // namespace backflow::exporting
