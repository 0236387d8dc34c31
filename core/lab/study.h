// All that is drawn about one neuron, computed together and only as far as the options changed.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/lab/bifurcation.h"
#include "core/lab/one_neuron.h"

namespace backflow::lab {

struct NeuronStudy {
  NeuronOptions options;
  std::shared_ptr<const ErrorSurface> surface;
  std::vector<DescentStep> clipped, unclipped;  ///< from the same start
  std::optional<Wall> wall;                     ///< at the start's w
  Bifurcation bifurcation;                      ///< likewise
  /// x_T from x_0 over the biases of the diagram: which attractor it comes to.
  std::vector<LongRunState> final_states;
};

inline constexpr model::Index kSurfaceRows = 180, kSurfaceColumns = 240;

/// Nothing when cancelled. The surface of an `earlier` study, or null, is kept where it is the
/// same.
std::shared_ptr<const NeuronStudy> study(const NeuronOptions& options,
                                         const Cancelled& cancelled = {},
                                         const NeuronStudy* earlier = nullptr);

}  // namespace backflow::lab
