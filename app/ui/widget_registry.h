// Every widget of the present frame by its label: what tests click, and proof that each has help.
#pragma once

#include <string>
#include <vector>

#include "app/figure/figure.h"

namespace backflow::ui {

struct WidgetInfo {
  std::string label;
  figure::Rect rect;  ///< on screen, in pixels; only the part that is visible
  std::string help;   ///< text markup
  bool enabled = true;
};

class WidgetRegistry {
public:
  void clear() { widgets_.clear(); }
  void add(WidgetInfo info) { widgets_.push_back(std::move(info)); }
  const std::vector<WidgetInfo>& all() const { return widgets_; }

  /// The widget of that label, or nullptr.
  const WidgetInfo* find(std::string_view label) const {
    for (const WidgetInfo& widget : widgets_)
      if (widget.label == label) return &widget;
    return nullptr;
  }

private:
  std::vector<WidgetInfo> widgets_;
};

}  // namespace backflow::ui
