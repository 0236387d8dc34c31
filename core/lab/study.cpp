#include "core/lab/study.h"

#include <limits>
#include <utility>

namespace backflow::lab {
namespace {

std::vector<LongRunState> final_states(const Neuron& neuron, const Bifurcation& diagram) {
  constexpr int kSamples = 600;
  std::vector<LongRunState> states;
  for (int i = 0; i <= kSamples; ++i) {
    const double b = diagram.b_min + (diagram.b_max - diagram.b_min) * i / kSamples;
    states.push_back({b, final_state(neuron, {diagram.w, b})});
  }
  return states;
}

}  // namespace

std::shared_ptr<const NeuronStudy> study(const NeuronOptions& options, const Cancelled& cancelled,
                                         const NeuronStudy* earlier) {
  const Neuron& neuron = options.neuron;
  auto result = std::make_shared<NeuronStudy>();
  result->options = options;
  const SurfaceRange range = surface_range(neuron.map, options.descent.start);
  if (earlier != nullptr && earlier->surface->neuron == neuron &&
      earlier->surface->range == range) {
    result->surface = earlier->surface;
  } else {
    auto surface = error_surface(neuron, range, kSurfaceRows, kSurfaceColumns, cancelled);
    if (!surface) return nullptr;
    result->surface = std::make_shared<const ErrorSurface>(std::move(*surface));
  }
  Descent descent = options.descent;
  result->clipped = descend(neuron, descent);
  descent.threshold = std::numeric_limits<double>::infinity();
  result->unclipped = descend(neuron, descent);
  result->wall = wall_at(neuron, descent.start.w);
  result->bifurcation = bifurcation(neuron.map, descent.start.w);
  result->final_states = final_states(neuron, result->bifurcation);
  return result;
}

}  // namespace backflow::lab
