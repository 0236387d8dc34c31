// The triangles of a mesh as pixels, for the files that hold it as an image: as many polygons would
// make large files, with seams between them.
#pragma once

#include <vector>

#include "app/figure/figure.h"

namespace backflow::exporting {

struct MeshImage {
  figure::Rect rect;  ///< where the image stands in the figure
  int width = 0, height = 0;
  std::vector<unsigned char> pixels;  ///< RGBA, not premultiplied, row by row from the top
};

/// About `scale` pixels per figure unit, at most 2400 a side, with smooth outer edges. Empty when
/// the mesh has no triangle or no extent.
MeshImage mesh_pixels(const figure::MeshMark& mark, double scale);

/// Of files that are scaled later: SVG and PDF.
inline constexpr double kMeshPixelsPerUnit = 3.0;

}  // namespace backflow::exporting
