// What the window's tests look at: configurations, weights, and what the figures show.
#pragma once

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/keys.h"
#include "tests/support/configured.h"
#include "tests/ui/ui_driver.h"

namespace backflow::ui {

using support::configured;

inline const model::Matrix& W_hh(const UiDriver& driver) {
  return session::present_weights(driver.snapshot()).W_hh;
}

/// The values of the heatmap as drawn.
inline std::vector<float> map_values(const UiDriver& driver) {
  for (const figure::Group& group : driver.figure("jacobian-norms").groups)
    for (const figure::Mark& mark : group.marks)
      if (const auto* map = std::get_if<figure::HeatmapMark>(&mark)) return *map->values;
  return {};
}

inline bool has_widget(UiDriver& driver, const char* label) {
  return driver.ui().registry().find(label) != nullptr;
}

inline void tab_to(UiDriver& driver, const std::string& label) {
  for (int i = 0; i < 200 && driver.ui().focused() != label; ++i) driver.press(Key::tab);
  ASSERT_EQ(driver.ui().focused(), label);
}

inline void press_with_shift(UiDriver& driver, Key key) {
  send_shift_modifier(true);
  driver.press(key);
  send_shift_modifier(false);
  driver.frames();
}

}  // namespace backflow::ui
