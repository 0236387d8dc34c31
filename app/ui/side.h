// Whose figures are being drawn while two networks are compared: A's, or B's, whose widgets have
// labels of their own.
#pragma once

#include "app/ui/widgets.h"

namespace backflow::ui {

/// Draws for one side until it goes.
class SideScope {
public:
  SideScope(UiContext& ui, Side side);
  ~SideScope();
  SideScope(const SideScope&) = delete;
  SideScope& operator=(const SideScope&) = delete;

private:
  UiContext& ui_;
};

/// The letter in the side's colour at the left end of a title bar; returns how wide it is, 0 when
/// nothing is compared.
double draw_side_badge(UiContext& ui, const Rect& bar);

}  // namespace backflow::ui
