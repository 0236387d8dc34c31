// The window's arrangement as JSON: in the file of the settings, and in that of a session. What is
// missing or damaged leaves what there is, one value at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "app/figure/view.h"
#include "app/ui/settings.h"

namespace backflow::ui {

/// The parts that are about pictures, not about the person or the screen: where the splitters are,
/// tabs, axes, colours.
nlohmann::json arrangement_to_json(const Settings& settings);
void take_arrangement(const nlohmann::json& from, Settings& settings);

/// What of the window belongs to a session.
struct Layout {
  Settings settings;  ///< its arrangement
  figure::View view;  ///< sequence, pinned product, steps, contributions, playhead
  bool folded = false;

  bool operator==(const Layout&) const = default;
};

std::string layout_to_json(const Layout& layout);
/// What is there is taken into `layout`; numbers that no session can have are not. A view's parts
/// that are missing are nothing.
void take_layout(const std::string& json, Layout& layout);

}  // namespace backflow::ui
