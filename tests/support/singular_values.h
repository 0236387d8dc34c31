// Singular values by Eigen's Jacobi rotations: the independent road that tests compare with. In a
// file of its own because compiling it takes longer than most tests.
#pragma once

#include "core/model/types.h"

namespace backflow::support {

using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
using LongVector = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

/// Of A, the largest first.
model::Vector singular_values(const model::Matrix& A);
/// The same in extended precision.
LongVector singular_values(const LongMatrix& A);

}  // namespace backflow::support
