// Lines along which a function given on a grid has one value: marching squares (Lorensen & Cline
// 1987 in two dimensions) with linear interpolation along the grid's edges.
#pragma once

#include <vector>

#include "core/model/types.h"

namespace backflow::lab {

/// A place in a grid; whole numbers are the places of the values.
struct GridPoint {
  double row = 0.0, column = 0.0;
};

/// The lines of `level` in `values`, each as long as it goes; a closed one ends where it begins.
/// None goes through a square with a corner that is not finite. Where a square has two opposite
/// corners above the level, the mean of the four decides what is joined.
std::vector<std::vector<GridPoint>> contour_lines(const model::Matrix& values, double level);

}  // namespace backflow::lab
