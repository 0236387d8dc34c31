// The size of the blame ∂L⁽ˢ⁾/∂h_t of one sequence, far beyond the range of double.
#pragma once

#include <vector>

#include "core/gradient/backward.h"

namespace backflow::gradient {

/// log10 ‖∂L⁽ˢ⁾/∂h_t‖ for t = 0 … the sequence's length, where L⁽ˢ⁾ is the loss of batch item
/// `sequence` alone (B times its share of the batch mean). The recursion of backward() with an
/// exponent carried beside the vector: 10^-2000 comes out as −2000, −inf is an exact zero. Cost
/// O(T n²). With a fixed horizon it is what backward() found, within the range of double.
std::vector<double> log10_blame(const model::Model& model, const model::Trace& trace,
                                const ErrorSignals& signals, Index sequence,
                                const Truncation& truncation = {});

/// The same for one step 0 ≤ t ≤ T of the batch from the signals alone, within the range of double:
/// of ∂L/∂h_t, without the part of an LSTM's c_t. −inf after the sequence's end.
double log10_recorded_blame(const ErrorSignals& signals, Index sequence, Index t);

}  // namespace backflow::gradient
