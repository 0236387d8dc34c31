// What a command begins with: the fresh network of a configuration, or a session that was saved.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "app/session/comparison.h"
#include "app/session/saved_session.h"
#include "core/config/config.h"

namespace backflow::cli {

struct Start {
  // A configuration is a start: implicit.
  Start(const config::Config& fresh = {}) : config(fresh) {}  // NOLINT

  config::Config config;  ///< of the network that is asked for
  /// Null: there is none, and the network is a fresh one.
  std::shared_ptr<const session::SavedSession> session;
  std::string path;      ///< of the session's file
  bool changed = false;  ///< it is not any more as the file has it
  bool of_b = false;     ///< of its two networks, B is asked for
};

/// Reads a session and sets keys in all its networks, keeping their weights: a key that needs new
/// ones is refused. `network` is "A" or "B". Returns an empty string, or one sentence.
std::string start_from(const std::string& path, const std::vector<std::string>& assignments,
                       const std::string& network, Start& start);

/// The networks to go on with.
session::Comparison networks_of(const Start& start, std::size_t memory_budget);

/// Of networks_of(), the one that is asked for.
const session::Session& chosen(const Start& start, const session::Comparison& networks);

}  // namespace backflow::cli
