// What lies below the layer that is studied: further layers that make its inputs, and the direction
// in which it goes through them. Part of the data, not of what is trained.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/model/network.h"

namespace backflow::model {

/// Recurrent layers from the inputs on; each takes what the one below makes, forward states above
/// backward ones where it has both.
struct LowerLayers {
  struct Layer {
    Model forward;  ///< their read-outs are empty
    std::optional<Model> backward;
  };
  std::vector<Layer> layers;  ///< at least one
};

struct Feed {
  std::shared_ptr<const LowerLayers> below;  ///< null: none
  bool backward = false;                     ///< the layer reads each sequence from its end

  /// Puts what the lower layers make of the inputs in their place, and turns the sequences round
  /// where they are read backwards: inputs, targets and weights; a target of the last step alone
  /// stays with the last step, where the layer has seen everything.
  void apply(Batch& batch) const;

  /// The same with another activation in all lower layers.
  Feed with(const Activation& activation) const;
};

}  // namespace backflow::model
