// tanh of many numbers at once. Eigen 3.4 calls the scalar library function for doubles; this one
// vectorises by itself.
#pragma once

#include "core/model/types.h"

namespace backflow::model {

/// h[i] = tanh(a[i]) for i < count, within 2 units in the last place; NaN stays NaN. a and h may be
/// the same array.
void vector_tanh(const double* a, double* h, Index count);

}  // namespace backflow::model
