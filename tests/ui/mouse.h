// The mouse in the pictures: to a place in a figure, pressed there, dragged.
#pragma once

#include <string>

#include "app/figure/weights_figure.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {

using figure::Point;

// Where a point of a figure is on the screen.
inline Point on_screen(const UiDriver& driver, const std::string& name, Point point) {
  const bool of_b = name.starts_with("B ");
  const figure::Rect r = driver.widget(of_b ? "B figure " + name.substr(2) : "figure " + name).rect;
  return {r.x + point.x, r.y + point.y};
}

inline void move_to(UiDriver& driver, Point pixel) {
  send_mouse_position(static_cast<float>(pixel.x), static_cast<float>(pixel.y));
  driver.frames(2);
}

inline void press(UiDriver& driver, Point pixel) {
  driver.frames(30);  // no double click
  driver.hover(pixel);
  send_mouse_button(true);
  driver.frames(2);
}

inline void release(UiDriver& driver) {
  send_mouse_button(false);
  driver.frames(2);
}

inline void drag(UiDriver& driver, Point from, Point to) {
  press(driver, from);
  for (int i = 1; i <= 10; ++i)
    move_to(driver, {from.x + (to.x - from.x) * i / 10.0, from.y + (to.y - from.y) * i / 10.0});
  release(driver);
}

// In the picture of W_hh: an entry, and the number of a row.
inline Point middle_of(UiDriver& driver, model::Index row, model::Index col) {
  const figure::Rect r = figure::entry_rect(driver.figure("weights"), {row, col});
  return on_screen(driver, "weights", {r.x + r.width / 2.0, r.y + r.height / 2.0});
}

inline Point label_of(UiDriver& driver, model::Index row, const std::string& name = "weights") {
  const figure::Figure& figure = driver.figure(name);
  const figure::Rect cell = figure::entry_rect(figure, {row, 0});
  return on_screen(driver, name, {figure.plot->rect.x - 8.0, cell.y + cell.height / 2.0});
}

}  // namespace backflow::ui
