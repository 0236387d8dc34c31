// How a session is read; session_file.h says what.
#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/session/curve_thinning.h"
#include "app/session/json_place.h"
#include "app/session/saved_files.h"
#include "app/session/session_file.h"
#include "core/config/keys.h"
#include "core/io/read_file.h"
#include "core/io/shown.h"
#include "core/io/strict_json.h"
#include "core/parallel/memory.h"

namespace backflow::session {
namespace {

using nlohmann::json;

constexpr std::string_view kFormat = "backflow session";
// Weights of the largest network four times over, and curves.
constexpr io::JsonLimits kLimits{.depth = 32, .values = 60'000'000};

// Whether an optimiser remembers something of each kind, as it does itself.
training::OptimizerState memory_of(training::OptimizerKind kind) {
  model::Parameters one{model::Matrix::Zero(1, 1), model::Matrix::Zero(1, 1),
                        model::Vector::Zero(1), model::Matrix::Zero(1, 1), model::Vector::Zero(1)};
  training::OptimizerState state;
  training::OptimizerOptions options;
  options.kind = kind;
  training::update(options, 0.0, model::Parameters(one), one, state);
  return state;
}

// Into tensors of the shapes that must be there.
void read_parameters(const JsonPlace& place, model::Parameters& p) {
  place.has_only({"W_xh", "W_hh", "b_h", "W_hy", "b_y"});
  place.at("W_xh").read(p.W_xh);
  place.at("W_hh").read(p.W_hh);
  place.at("b_h").read(p.b_h);
  place.at("W_hy").read(p.W_hy);
  place.at("b_y").read(p.b_y);
}

// What belongs to the kind, in the shapes of the weights; null where it remembers nothing.
void read_memory(const JsonPlace& place, bool there, const model::Parameters& shapes,
                 model::Parameters& memory) {
  if (!there && !place.is_null())
    return place.complain("is not null, though the optimiser remembers no such thing");
  if (!there) return;
  memory = shapes;
  read_parameters(place, memory);
}

void read_optimizer(const JsonPlace& place, const model::Parameters& shapes,
                    training::OptimizerState& state) {
  place.has_only({"kind", "updates", "first", "second"});
  const auto kind = model::parse_enum<training::OptimizerKind>(place.at("kind").text());
  if (!kind) return place.at("kind").complain("is no optimiser");
  state.kind = *kind;
  state.updates = place.at("updates").whole();
  const training::OptimizerState like = memory_of(*kind);
  const bool any = state.updates > 0;
  read_memory(place.at("first"), any && like.first.size() > 0, shapes, state.first);
  read_memory(place.at("second"), any && like.second.size() > 0, shapes, state.second);
}

void read_curves(const JsonPlace& place, std::uint64_t iterations, training::HistoryView& curve) {
  place.has_only({"every", "loss", "norm_before_clip", "norm_after_clip", "threshold",
                  "learning_rate", "accuracy", "validation_loss", "validation_accuracy"});
  const std::uint64_t every = kept_every(iterations), points = kept_points(iterations);
  if (place.at("every").whole() != every)
    place.at("every").complain("is not " + std::to_string(every) + ", as it is for " +
                               std::to_string(iterations) + " iterations");
  std::array<std::vector<double>, training::kSeriesCount> kept;
  for (std::size_t s = 0; s < kept.size() && place.good(); ++s) {
    const JsonPlace series = place.at(kSeriesNames[s]);
    if (series.is_null() && s > 0) continue;  // nothing was measured
    series.read(kept[s], static_cast<std::size_t>(points));
  }
  // A short text may ask for more than there is, and not all systems refuse to give it.
  const double needed = 80.0 * static_cast<double>(iterations);
  if (needed > 0.5 * static_cast<double>(parallel::physical_memory()))
    return place.complain("need more memory than this machine has for " +
                          std::to_string(iterations) + " iterations");
  training::History history;
  for (std::uint64_t i = 0; i < iterations && place.good(); ++i) {
    training::HistoryPoint point;
    for (std::size_t s = 0; s < kept.size(); ++s)
      point[s] = kept[s].empty() ? std::numeric_limits<double>::quiet_NaN()
                                 : kept[s][static_cast<std::size_t>(i / every)];
    history.append(point);
  }
  curve = history.view();
}

void read_divergence(const JsonPlace& place, SavedNetwork& network) {
  if (place.is_null()) return;
  place.has_only({"tensor", "step", "iteration", "stopped"});
  training::Divergence divergence;
  divergence.tensor = place.at("tensor").text();
  const JsonPlace step = place.at("step");
  if (!step.is_null())
    divergence.step = static_cast<model::Index>(std::min<std::uint64_t>(step.whole(), 1'000'000));
  divergence.iteration = place.at("iteration").whole();
  network.stopped = place.at("stopped").flag();
  network.divergence = std::move(divergence);
}

// As it would be written in key=value.
std::string value_text(const JsonPlace& place) {
  const json& value = place.value();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return config::format_number(value.get<double>());
  place.complain("is neither a number nor a text");
  return {};
}

// As the matrix file would be read: finite numbers, as many in each row.
void read_initial_matrix(const JsonPlace& place, config::Config& config) {
  const std::size_t rows = place.size();
  const std::size_t cols = rows > 0 ? place.at(std::size_t{0}).size() : 0;
  if (!place.good()) return;
  // All there before anything of that size is made.
  for (std::size_t i = 0; i < rows; ++i)
    if (place.at(i).size() != cols) return place.complain("has rows of different lengths");
  auto matrix = std::make_shared<model::Matrix>(static_cast<model::Index>(rows),
                                                static_cast<model::Index>(cols));
  place.read(*matrix);
  if (place.good() && (rows == 0 || cols == 0 || !matrix->allFinite()))
    return place.complain("is not a matrix of finite numbers");
  config.model.weights.matrix = std::move(matrix);
}

// `config` comes with that of another network, whose files are not read once more where they are
// the same.
void read_config(const JsonPlace& network, const SavedFiles& files, config::Config& config) {
  const JsonPlace place = network.at("config");
  if (!place.value().is_object()) return place.complain("is no object");
  for (const auto& member : place.value().items())
    if (config::find_key(member.key()) == nullptr)
      return place.complain("has the key " + io::shown(member.key(), '"', 60) +
                            ", which this version of Backflow does not have");
  const auto is_there = [&](const config::Key& key) { return place.has(key.name); };
  if (!std::ranges::all_of(config::keys(), is_there)) config = {};
  config.model.weights.matrix = nullptr;
  if (network.has("initial_W_hh")) read_initial_matrix(network.at("initial_W_hh"), config);
  for (const config::Key& key : config::keys()) {
    if (!place.has(key.name)) continue;  // of an older version: the default
    const std::string value = value_text(place.at(key.name));
    if (!place.good()) return;
    // Its matrix is in the session.
    if (key.name == "model.init_file") {
      config.model.init_file = value;
      continue;
    }
    std::string error;
    if (key.names_file && !value.empty())
      error = files.open(key, value, config);
    else if (key.get(config) != value)  // for some of them files are read
      error = config::set_key(config, key.name, value);
    if (!error.empty()) return place.complain("does not hold: " + error);
  }
  if (const std::string error = config::validate(config); !error.empty())
    place.complain("does not hold: " + error);
}

// Shapes and options; the numbers are read. Making those that the configuration asks for, only to
// replace them, may take a second: their spectra.
training::TrainerSetup setup_without_weights(config::Config config) {
  model::WeightInit quick;
  quick.kind = model::RecurrentInit::identity;
  quick.scale = model::InitScale::none;
  quick.seed = config.model.weights.seed;
  config.model.weights = quick;
  return config::make_setup(config);
}

void read_network(const JsonPlace& place, const SavedFiles& files, SavedNetwork& network) {
  place.has_only({"config", "initial_W_hh", "iteration", "divergence", "weights", "best",
                  "optimizer", "curves"});
  if (place.good()) read_config(place, files, network.config);
  const std::uint64_t iterations = place.at("iteration").whole();
  if (iterations > kMostIterations)
    place.at("iteration").complain("is more than " + std::to_string(kMostIterations));
  if (!place.good()) return;
  training::TrainerState& state = network.state;
  state.setup = setup_without_weights(network.config);
  state.setup.iteration = iterations;
  read_divergence(place.at("divergence"), network);
  model::Parameters& weights = state.setup.model.parameters;
  read_parameters(place.at("weights"), weights);
  const JsonPlace best = place.at("best");
  best.has_only({"iteration", "loss", "weights"});
  state.best_iteration = best.at("iteration").whole();
  state.best_loss = best.at("loss").number();
  state.best = weights;
  read_parameters(best.at("weights"), state.best);
  read_optimizer(place.at("optimizer"), weights, state.setup.optimizer);
  read_curves(place.at("curves"), iterations, network.curve);
}

// The format and its version come first: of another one nothing else is judged.
std::string check_format(const json& value) {
  const auto member = [&](const char* key) {
    return value.is_object() ? value.value(key, json()) : json();
  };
  if (member("format") != kFormat)
    return "is no session of Backflow: it does not say \"format\": \"" + std::string(kFormat) +
           "\"";
  const auto version = io::unsigned_of(member("format_version"));
  if (!version || *version == 0)
    return "cannot be opened: format_version is no whole number from 1 on";
  if (*version > kSessionFormatVersion)
    return "has format_version " + std::to_string(*version) +
           " and was saved by a newer Backflow; this one opens sessions up to format_version " +
           std::to_string(kSessionFormatVersion);
  return {};
}

}  // namespace

std::string parse_session(std::string_view text, SavedSession& saved,
                          const std::string& directory) {
  json value;
  if (std::string error = io::parse_json(text, kLimits, value); !error.empty()) return error;
  if (std::string error = check_format(value); !error.empty()) return error;
  std::string error;
  const JsonPlace place(value, {}, error);
  place.has_only({"format", "format_version", "notes", "speed_limit", "document", "files",
                  "networks", "layout"});
  SavedSession read;
  read.notes.notes = place.at("notes").text();
  read.speed_limit = place.at("speed_limit").number();
  if (!(read.speed_limit >= 0.0 && read.speed_limit <= 1e9))
    place.at("speed_limit").complain("is not from 0 to 1000000000");
  if (place.has("document")) read.document = place.at("document").text();
  if (const JsonPlace layout = place.at("layout"); layout.value().is_object())
    read.notes.layout = layout.value().dump();
  const SavedFiles files(place.at("files"), directory);
  const JsonPlace networks = place.at("networks");
  if (networks.size() != 1 && networks.size() != 2)
    networks.complain("has " + std::to_string(networks.size()) +
                      " elements; allowed: one network, or A and B");
  for (std::size_t i = 0; i < networks.size() && error.empty(); ++i) {
    SavedNetwork network;
    if (i > 0) network.config = read.networks.front().config;
    read_network(networks.at(i), files, network);
    read.networks.push_back(std::move(network));
  }
  // A file's name may have anything in it.
  std::replace_if(
      error.begin(), error.end(), [](char c) { return static_cast<unsigned char>(c) < 32; }, '?');
  if (!error.empty()) return "cannot be opened: " + error;
  stamp_files(read);
  saved = std::move(read);
  return {};
}

std::string read_session(const std::string& path, SavedSession& saved) {
  std::string text;
  if (std::string error = io::read_file(path, kMostSessionBytes, text); !error.empty())
    return error;
  return parse_session(text, saved, std::filesystem::path(path).parent_path().string());
}

bool looks_like_session(std::string_view beginning) {
  const std::size_t at = beginning.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && beginning[at] == '{' &&
         beginning.find("\"backflow session\"") != std::string_view::npos;
}

}  // namespace backflow::session
