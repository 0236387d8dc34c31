// The size of the blame ∂L⁽ˢ⁾/∂h_t of one sequence, far beyond the range of double.
#pragma once

#include <vector>

#include "core/gradient/backward.h"

namespace backflow::gradient {

/// log10 ‖∂L⁽ˢ⁾/∂h_t‖ for t = 0..T, where L⁽ˢ⁾ is the loss of batch item `sequence` alone (B times
/// its share of the batch mean). The recursion of backward() with an exponent carried beside the
/// vector: 10^-2000 comes out as −2000, −inf is an exact zero. Cost O(T n²).
std::vector<double> log10_blame(const model::Model& model, const model::Trace& trace,
                                const ErrorSignals& signals, Index sequence);

}  // namespace backflow::gradient
