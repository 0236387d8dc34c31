#include "app/cli/start.h"

#include <cmath>
#include <utility>

#include "app/session/session_file.h"
#include "core/config/keys.h"

namespace backflow::cli {
namespace {

bool sets(const std::vector<std::string>& assignments, const std::string& key) {
  for (const std::string& assignment : assignments)
    if (assignment.starts_with(key + "=")) return true;
  return false;
}

std::string set_all(config::Config& config, const std::vector<std::string>& assignments) {
  // Those of other inputs.
  if (sets(assignments, "task.file") && !sets(assignments, "task.targets"))
    config.task.targets_file.clear();
  for (const std::string& assignment : assignments)
    if (std::string error = config::set_key_as_meant(config, assignment); !error.empty())
      return error;
  return config::validate(config);
}

// The first one that alone needs new weights, or all of them.
std::string culprit(const config::Config& config, const std::vector<std::string>& assignments) {
  std::string all;
  for (const std::string& assignment : assignments) {
    config::Config wanted = config;
    if (config::set_key_as_meant(wanted, assignment).empty() &&
        config::needs_restart(config, wanted))
      return "--set " + assignment;
    all += (all.empty() ? "--set " : " --set ") + assignment;
  }
  return all;
}

// As the window does it (session::SetKey), but all at once: one may need the other.
std::string change(session::SavedNetwork& network, const std::vector<std::string>& assignments) {
  config::Config wanted = network.config, from = network.config;
  if (std::string error = set_all(wanted, assignments); !error.empty()) return error;
  // Scales the present W_hh, also when the value has not changed.
  if (sets(assignments, "model.spectral_radius")) from.model.weights.spectral_radius = std::nan("");
  if (sets(assignments, "model.singular_value")) from.model.weights.singular_value = std::nan("");
  if (config::needs_restart(from, wanted))
    return culprit(from, assignments) +
           " needs new weights, but those of the session are to be kept; leave it out, or leave "
           "out --session";
  training::Trainer trainer(network.state);
  if (std::string error = config::apply(from, wanted, trainer); !error.empty()) return error;
  network.state = trainer.state();
  network.config = std::move(wanted);
  network.stopped = false;
  return {};
}

}  // namespace

std::string start_from(const std::string& path, const std::vector<std::string>& assignments,
                       const std::string& network, Start& start) {
  auto saved = std::make_shared<session::SavedSession>();
  if (std::string error = session::read_session(path, *saved); !error.empty())
    return path + " " + error;
  const bool of_b = network == "B";
  if (of_b && saved->networks.size() < 2)
    return "--network B is for a session with two networks; " + path + " has one";
  if (!assignments.empty())
    for (session::SavedNetwork& each : saved->networks)
      if (std::string error = change(each, assignments); !error.empty())
        return (&each == &saved->networks.front() ? "" : "B: ") + error;
  start.config = saved->networks[of_b ? 1 : 0].config;
  start.session = std::move(saved);
  start.path = path;
  start.changed = !assignments.empty();
  start.of_b = of_b;
  return {};
}

session::Comparison networks_of(const Start& start, std::size_t memory_budget) {
  if (start.session) return session::Comparison(*start.session, memory_budget);
  return session::Comparison(start.config, memory_budget);
}

const session::Session& chosen(const Start& start, const session::Comparison& networks) {
  return start.of_b ? *networks.b() : networks.a();
}

}  // namespace backflow::cli
