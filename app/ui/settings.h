// How a person has arranged the window: kept from one start to the next. Nothing in it changes what
// is computed.
#pragma once

#include <array>
#include <string>

#include "app/figure/style.h"

namespace backflow::ui {

struct Settings {
  figure::Theme theme = figure::Theme::dark;
  figure::Colormap colors = figure::Colormap::diverging;  ///< of norms and weights
  double text_size = 1.0;         ///< kLeastTextSize … kMostTextSize, of the monitor's usual size
  double controls_width = 310.0;  ///< units
  double middle_share = 0.63, middle_rows = 0.53, right_rows = 0.5;  ///< where the splitters are
  /// Of two networks: shares of the height that networks and maps have; where the lowest row has a
  /// figure for each, it is higher.
  std::array<double, 2> two_rows{0.35, 0.36}, two_rows_with_lower{0.31, 0.31};
  std::array<std::string, 3> tabs;  ///< figures shown in the map, loss and norm card; empty: first
  bool loss_log = false, gradient_log = true;
  std::string export_directory;  ///< last exported to; empty: nothing yet
  bool desktop_dialogs = true;  ///< files are chosen in the desktop's own dialog where there is one
  bool toured = false;          ///< has seen the tour, or skipped it

  bool operator==(const Settings&) const = default;
};

inline constexpr double kLeastTextSize = 0.75, kMostTextSize = 2.5;

}  // namespace backflow::ui
