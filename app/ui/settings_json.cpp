#include "app/ui/settings_json.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

namespace backflow::ui {
namespace {

using nlohmann::json;

constexpr model::Index kMostSteps = 1'000'000;
constexpr std::array<const char*, gradient::kRecurrentTensors> kTensors{"W_hh", "W_xh", "b_h"};

void take(const json& from, const char* name, bool& value) {
  if (const auto found = from.find(name); found != from.end() && found->is_boolean())
    value = found->get<bool>();
}

void take(const json& from, const char* name, double& value, double low, double high) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_number()) return;
  const double number = found->get<double>();
  if (std::isfinite(number)) value = std::clamp(number, low, high);
}

// Shares, each 0 to 1.
void take(const json& from, const char* name, std::array<double, 2>& shares) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_array() || found->size() != shares.size()) return;
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (const json& share = (*found)[i]; share.is_number() && std::isfinite(share.get<double>()))
      shares[i] = std::clamp(share.get<double>(), 0.0, 1.0);
}

// A whole number of 0 to kMostSteps.
std::optional<model::Index> index_of(const json& value) {
  if (!value.is_number_integer() && !value.is_number_unsigned()) return std::nullopt;
  const double number = value.get<double>();
  if (!(number >= 0.0 && number <= static_cast<double>(kMostSteps))) return std::nullopt;
  return static_cast<model::Index>(number);
}

std::optional<model::Index> index_of(const json& from, const char* name) {
  const auto found = from.find(name);
  return found == from.end() ? std::nullopt : index_of(*found);
}

json view_to_json(const Layout& layout) {
  const figure::View& view = layout.view;
  json to{{"sequence", view.sequence},
          {"folded", layout.folded},
          {"contribution_tensor", kTensors[static_cast<std::size_t>(view.contribution_tensor)]},
          {"contribution_relative", view.contribution_relative}};
  if (view.playhead) to["playhead"] = view.playhead->position;
  if (view.pinned) to["pinned"] = {view.pinned->t, view.pinned->k};
  if (view.first_step && view.last_step) to["steps"] = {*view.first_step, *view.last_step};
  to["relief"] = {view.relief_turn, view.relief_tilt};
  return to;
}

void take_view(const json& from, Layout& layout) {
  figure::View& view = layout.view;
  view.sequence = index_of(from, "sequence").value_or(0);
  layout.folded = false;
  take(from, "folded", layout.folded);
  for (std::size_t i = 0; i < kTensors.size(); ++i)
    if (from.value("contribution_tensor", json()) == kTensors[i])
      view.contribution_tensor = static_cast<gradient::RecurrentTensor>(i);
  take(from, "contribution_relative", view.contribution_relative);
  view.playhead.reset();
  if (const auto position = index_of(from, "playhead"); position && *position >= 1)
    view.playhead = figure::Playhead{*position};
  view.pinned.reset();
  if (const auto found = from.find("pinned");
      found != from.end() && found->is_array() && found->size() == 2) {
    const auto t = index_of((*found)[0]), k = index_of((*found)[1]);
    if (t && k && *k < *t) view.pinned = figure::Cell{*t, *k};
  }
  view.relief_turn = figure::kReliefTurn;
  view.relief_tilt = figure::kReliefTilt;
  if (const auto found = from.find("relief");
      found != from.end() && found->is_array() && found->size() == 2) {
    take(json{{"v", (*found)[0]}}, "v", view.relief_turn, 0.0, 360.0);
    take(json{{"v", (*found)[1]}}, "v", view.relief_tilt, figure::kLeastTilt, figure::kMostTilt);
  }
  view.first_step.reset();
  view.last_step.reset();
  if (const auto found = from.find("steps");
      found != from.end() && found->is_array() && found->size() == 2) {
    double first = -1.0, last = -1.0;
    take(json{{"v", (*found)[0]}}, "v", first, 0.0, static_cast<double>(kMostSteps));
    take(json{{"v", (*found)[1]}}, "v", last, 0.0, static_cast<double>(kMostSteps));
    if (first >= 0.0 && first < last) {
      view.first_step = first;
      view.last_step = last;
    }
  }
}

}  // namespace

json arrangement_to_json(const Settings& settings) {
  return {{"colors", model::name_of(settings.colors)},
          {"controls_width", settings.controls_width},
          {"middle_share", settings.middle_share},
          {"middle_rows", settings.middle_rows},
          {"right_rows", settings.right_rows},
          {"two_rows", settings.two_rows},
          {"two_rows_with_lower", settings.two_rows_with_lower},
          {"tabs", settings.tabs},
          {"loss_log", settings.loss_log},
          {"gradient_log", settings.gradient_log}};
}

void take_arrangement(const json& from, Settings& settings) {
  if (!from.is_object()) return;
  if (const auto colors = from.find("colors"); colors != from.end() && colors->is_string())
    settings.colors =
        model::parse_enum<figure::Colormap>(colors->get<std::string>()).value_or(settings.colors);
  take(from, "controls_width", settings.controls_width, 100.0, 2000.0);
  take(from, "middle_share", settings.middle_share, 0.0, 1.0);
  take(from, "middle_rows", settings.middle_rows, 0.0, 1.0);
  take(from, "right_rows", settings.right_rows, 0.0, 1.0);
  take(from, "two_rows", settings.two_rows);
  take(from, "two_rows_with_lower", settings.two_rows_with_lower);
  if (const auto tabs = from.find("tabs"); tabs != from.end() && tabs->is_array())
    for (std::size_t i = 0; i < std::min(tabs->size(), settings.tabs.size()); ++i)
      if ((*tabs)[i].is_string()) settings.tabs[i] = (*tabs)[i].get<std::string>();
  take(from, "loss_log", settings.loss_log);
  take(from, "gradient_log", settings.gradient_log);
}

std::string layout_to_json(const Layout& layout) {
  const json to{{"arrangement", arrangement_to_json(layout.settings)},
                {"view", view_to_json(layout)}};
  return to.dump(-1, ' ', false, json::error_handler_t::replace);
}

void take_layout(const std::string& text, Layout& layout) {
  const json from = json::parse(text, nullptr, false);
  if (!from.is_object()) return;
  if (const auto found = from.find("arrangement"); found != from.end())
    take_arrangement(*found, layout.settings);
  if (const auto found = from.find("view"); found != from.end() && found->is_object())
    take_view(*found, layout);
}

}  // namespace backflow::ui
