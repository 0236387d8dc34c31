// How a session is written; session_file.h says what.
#include <bit>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/session/curve_thinning.h"
#include "app/session/json_text.h"
#include "app/session/session_file.h"
#include "core/config/keys.h"
#include "core/io/shown.h"
#include "core/io/strict_json.h"
#include "core/io/utf8.h"

namespace backflow::session {
namespace {

bool is_none(double x) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(kNone);
}

void write_parameters(JsonText& json, std::string_view key, const model::Parameters& p) {
  if (p.size() == 0) return json.null(key);
  json.begin_object(key);
  json.matrix("W_xh", p.W_xh);
  json.matrix("W_hh", p.W_hh);
  json.vector("b_h", p.b_h);
  json.matrix("W_hy", p.W_hy);
  json.vector("b_y", p.b_y);
  json.end();
}

// Numbers as numbers, the rest as text; files by where they lie.
void write_config(JsonText& json, const config::Config& config,
                  const std::vector<SavedFile>& files) {
  json.begin_object("config");
  for (const config::Key& key : config::keys()) {
    std::string value = key.get(config);
    const auto number = config::parse_number<double>(value);
    if (key.names_file)
      for (const SavedFile& file : files)
        if (file.named == value) value = file.path;
    if (key.kind == config::KeyKind::real && number)
      json.number(key.name, *number);
    else if (key.kind == config::KeyKind::integer && number)
      json.raw(key.name, value);
    else
      json.text(key.name, value);
  }
  json.end();
}

void write_series(JsonText& json, const training::HistoryView& curve, std::size_t series) {
  constexpr std::size_t kPerLine = 10;
  const std::uint64_t every = kept_every(curve.size());
  const auto value = [&](std::size_t i) {
    return curve.value(static_cast<training::Series>(series), i);
  };
  bool any = series == 0;
  for (std::size_t i = 0; i < curve.size() && !any; i += every) any = !is_none(value(i));
  if (!any) return json.null(kSeriesNames[series]);
  json.begin_array(kSeriesNames[series]);
  for (std::size_t i = 0, point = 0; i < curve.size(); i += every, ++point) {
    std::string& text = point % kPerLine == 0 ? json.next() : json.same_line();
    if (is_none(value(i)))
      text += "null";
    else
      append_number(text, value(i));
  }
  json.end();
}

void write_divergence(JsonText& json, const SavedNetwork& network) {
  if (!network.divergence) return json.null("divergence");
  json.begin_object("divergence");
  json.text("tensor", network.divergence->tensor);
  if (network.divergence->step < 0)
    json.null("step");
  else
    json.whole("step", static_cast<std::uint64_t>(network.divergence->step));
  json.whole("iteration", network.divergence->iteration);
  json.flag("stopped", network.stopped);
  json.end();
}

void write_network(JsonText& json, const SavedNetwork& network,
                   const std::vector<SavedFile>& files) {
  const training::TrainerState& state = network.state;
  const training::OptimizerState& optimizer = state.setup.optimizer;
  json.begin_object();
  write_config(json, network.config, files);
  if (network.config.model.weights.matrix)
    json.matrix("initial_W_hh", *network.config.model.weights.matrix);
  json.whole("iteration", state.setup.iteration);
  write_divergence(json, network);
  write_parameters(json, "weights", state.setup.model.parameters);
  json.begin_object("best");
  json.whole("iteration", state.best_iteration);
  json.number("loss", state.best_loss);
  write_parameters(json, "weights", state.best);
  json.end();
  json.begin_object("optimizer");
  json.text("kind", model::name_of(optimizer.kind));
  json.whole("updates", optimizer.updates);
  write_parameters(json, "first", optimizer.first);
  write_parameters(json, "second", optimizer.second);
  json.end();
  json.begin_object("curves");
  json.whole("every", kept_every(network.curve.size()));
  for (std::size_t s = 0; s < training::kSeriesCount; ++s) write_series(json, network.curve, s);
  json.end();
  json.end();
}

void write_files(JsonText& json, const std::vector<SavedFile>& files) {
  json.begin_array("files");
  for (const SavedFile& file : files) {
    json.begin_object();
    json.text("path", file.path);
    if (file.stamp) {
      json.whole("bytes", file.stamp->bytes);
      json.text("crc32", fmt::format("{:08x}", file.stamp->crc32));
    } else {
      json.null("bytes");
      json.null("crc32");
    }
    json.end();
  }
  json.end();
}

}  // namespace

std::string cannot_be_kept(const SavedSession& saved) {
  for (const SavedNetwork& network : saved.networks)
    if (network.state.setup.iteration > kMostIterations)
      return "this session has more than " + std::to_string(kMostIterations) +
             " iterations, which is more than its file can keep; Reset begins anew";
  for (const SavedFile& file : saved.files)
    if (!io::is_utf8(file.path))
      return "a session cannot name " + io::shown(file.path, '"', 60) +
             ", whose name is not UTF-8; rename that file and open it again";
  return {};
}

std::string session_text(const SavedSession& saved) {
  using nlohmann::json;
  JsonText text;
  text.begin_object();
  text.text("format", "backflow session");
  text.whole("format_version", kSessionFormatVersion);
  text.text("notes", saved.notes.notes);
  text.number("speed_limit", saved.speed_limit);
  if (!saved.document.empty()) text.text("document", saved.document);
  write_files(text, saved.files);
  text.begin_array("networks");
  for (const SavedNetwork& network : saved.networks) write_network(text, network, saved.files);
  text.end();
  // The window's own, or nothing when it is no object.
  json layout;
  if (io::parse_json(saved.notes.layout, {}, layout).empty() && layout.is_object()) {
    std::string indented;
    for (const char c : layout.dump(2)) {
      indented += c;
      if (c == '\n') indented += "  ";
    }
    text.raw("layout", indented);
  } else {
    text.null("layout");
  }
  text.end();
  return text.take();
}

}  // namespace backflow::session
