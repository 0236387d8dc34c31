// The checks, file by file; core/verify/check.h has them in one list.
#pragma once

#include "core/verify/check.h"

namespace backflow::verify {

// gradients.cpp
Check finite_differences_check();
Check norm_bound_check();
Check orthogonal_check();
Check carousel_check();
// neuron.cpp
Check saddle_nodes_check();
Check wall_check();
// lyapunov.cpp
Check fixed_point_check();
Check chaos_check();
// chance.cpp
Check chance_check();
// first_bit.cpp
Check first_bit_check();
// temporal_order.cpp
Check temporal_order_check();

}  // namespace backflow::verify
