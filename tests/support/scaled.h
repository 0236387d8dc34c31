// Factors of a product, each with its own exponent.
#pragma once

#include <vector>

#include "core/gradient/scaled_matrix.h"

namespace backflow::support {

inline std::vector<gradient::ScaledMatrix> scaled(const std::vector<model::Matrix>& matrices) {
  std::vector<gradient::ScaledMatrix> list;
  for (const model::Matrix& matrix : matrices) {
    list.push_back({matrix, 0});
    gradient::normalize(list.back());
  }
  return list;
}

}  // namespace backflow::support
