// A network from a file as a part of the configuration.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "core/io/stored_model.h"
#include "core/model/enum_names.h"

namespace backflow::config {

struct Config;

/// Which way through its sequences a layer reads.
enum class Direction { forward, backward };

/// A network from a file, and which of its layers is studied; those below it make its inputs
/// (core/model/feed.h).
struct ModelFile {
  std::string path;        ///< empty: none, the weights are drawn
  io::ModelChoice choice;  ///< of several networks or read-outs in the file
  model::Index layer = 0;  ///< counted from 1; 0: the last
  Direction direction = Direction::forward;
  std::shared_ptr<const io::StoredModel> stored;  ///< null: none, or there is a problem
  std::string problem;  ///< why there is no network, one sentence; empty: there is one, or no path

  /// From 0. Precondition: there is a network.
  std::size_t layer_index() const {
    return layer == 0 ? stored->layers.size() - 1 : static_cast<std::size_t>(layer) - 1;
  }
  /// The layer's own. Precondition: validate() has no objection.
  const model::Parameters& parameters() const;
};

/// Present weights of a network of that configuration as a safetensors file under the names that
/// they have in model.file, or as rnn.… and fc.…, in the file's type (float32 at least), or
/// float64. Returns an empty string, or one sentence when PyTorch has no such cell.
std::string weights_file(const Config& config, const model::Model& model, std::string& bytes);

/// Reads config.model.file.path again and sizes the network accordingly: cell, hidden units, tanh
/// for gated cells. Returns what is wrong with the file, to be read after its name (the
/// configuration is unchanged then), or nothing; what does not go together goes into `problem`. A
/// network that was taken as the first of several is named by the choice from then on.
std::string read_model_file(Config& config);

/// The read-out is that of model.file: it has as many outputs as are asked for, and belongs to the
/// layer that is studied. Else it is drawn.
bool uses_stored_readout(const Config& config);

}  // namespace backflow::config

template <>
struct backflow::model::EnumNames<backflow::config::Direction> {
  using Direction = backflow::config::Direction;
  static constexpr std::array<EnumName<Direction>, 2> kAll{{
      {Direction::forward, "forward", "forward"},
      {Direction::backward, "backward", "backward"},
  }};
};
