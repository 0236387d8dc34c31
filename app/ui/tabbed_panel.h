// A card with several figures, one of them shown: the others are behind the tabs in its title bar.
#pragma once

#include <string_view>
#include <vector>

#include "app/ui/figure_panel.h"
#include "app/ui/imgui_compat.h"

namespace backflow::ui {

struct Tab {
  std::string_view figure;  ///< name in the catalogue
  const char* title;
  const char* brief;  ///< where there is no room for the title
  Key key;            ///< shows it
  char key_name;
};

class TabbedPanel {
public:
  /// `chosen` is the number of the tab that is shown, kept elsewhere.
  TabbedPanel(std::vector<Tab> tabs, std::size_t& chosen);

  /// Shows the figure whose key is pressed in this frame.
  void take_keys();

  /// Draws the card and its tabs, with short titles where `wanted` units beside the long ones do
  /// not fit; returns what is left of the title bar.
  Rect begin(UiContext& ui, const Rect& rect, double wanted);

  /// The figure to draw, or as last drawn.
  FigurePanel& shown() { return figures_[chosen_]; }
  const FigurePanel& shown() const { return figures_[chosen_]; }
  /// Shows the figure of that name, which must be one of its own.
  void show(std::string_view figure);
  bool shows(std::string_view figure) const { return tabs_[chosen_].figure == figure; }

private:
  std::vector<Tab> tabs_;
  std::vector<FigurePanel> figures_;
  std::size_t& chosen_;
};

}  // namespace backflow::ui
