// Gradients compared entry by entry.
#pragma once

#include <cmath>

#include <gtest/gtest.h>

#include "core/model/parameters.h"

namespace backflow::support {

/// Relative to the entry (1e-11); entries that cancel are held to their tensor's rounding.
inline void expect_near_entries(const model::Parameters& got, const model::Parameters& expected) {
  const auto g = model::tensors(got), e = model::tensors(expected);
  for (std::size_t tensor = 0; tensor < g.size(); ++tensor) {
    const double size = e[tensor].cwiseAbs().maxCoeff();
    for (model::Index i = 0; i < g[tensor].rows(); ++i)
      for (model::Index j = 0; j < g[tensor].cols(); ++j)
        EXPECT_NEAR(g[tensor](i, j), e[tensor](i, j),
                    1e-11 * std::abs(e[tensor](i, j)) + 1e-13 * size)
            << model::kTensorNames[tensor] << " " << i << " " << j;
  }
}

}  // namespace backflow::support
