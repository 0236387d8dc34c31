// What a network from a file asks of the rest of the configuration, and gives to the trainer.
#pragma once

#include <memory>
#include <string>

#include "core/config/config.h"
#include "core/model/feed.h"

namespace backflow::config {

/// Empty, or one sentence that says what does not go with model.file.
std::string check_model_file(const Config& config);

/// As many random inputs as the network takes, unless the task is from a file of the user's.
void give_inputs(Config& config);

/// The task random-input of its own length, with the read-out and loss that fit no targets.
void use_random_inputs(Config& config);

/// The layers below the one that is studied and its direction; null where there is nothing to do.
std::shared_ptr<const model::Feed> feed_of(const Config& config);

/// Puts the layer's weights, and where it fits the read-out, into parameters of the right sizes.
void take_weights(const Config& config, model::Parameters& parameters);

/// m: the outputs that the task asks for.
model::Index output_size(const Config& config);

}  // namespace backflow::config
