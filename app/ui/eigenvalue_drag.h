// Eigenvalues in the hand: a dot of the complex plane is dragged, and W_hh goes along.
#pragma once

#include <complex>
#include <optional>

#include "app/ui/app_ui.h"
#include "app/ui/panel_parts.h"

namespace backflow::ui {

class EigenvalueDrag {
public:
  /// After the spectrum was drawn: `state` is what the mouse does with it.
  void update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
              const session::Snapshot& snapshot, const UiServices& services, figure::View& view);

private:
  struct Held {
    std::complex<double> at;  ///< where it was sent to last
    figure::PlotArea plane;   ///< as drawn, which stays while it is held
  };

  void take(const FigurePanel& panel, std::complex<double> eigenvalue, figure::View& view);
  std::complex<double> target(figure::Point pointer, const session::Snapshot& snapshot) const;

  std::optional<Held> held_;
};

}  // namespace backflow::ui
