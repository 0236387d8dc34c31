// The vanilla cell (Elman 1990): a_t = W_xh x_t + W_hh h_{t−1} + b_h, h_t = f(a_t).
#pragma once

#include "core/model/cell.h"

namespace backflow::model {

const Cell& rnn_cell();

}  // namespace backflow::model
