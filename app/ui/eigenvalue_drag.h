// Eigenvalues in the hand: a dot of the complex plane is dragged, and W_hh goes along.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <vector>

#include "app/ui/panel_parts.h"

namespace backflow::ui {

class EigenvalueDrag {
public:
  /// After the spectrum was drawn: `state` is what the mouse does with it.
  void update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
              const session::Snapshot& snapshot, const PanelServices& services, figure::View& view);

private:
  /// What is known of a drag without looking at snapshots, which may be late, or coarse and without
  /// a spectrum.
  struct Held {
    std::complex<double> at;     ///< where it was sent to last
    figure::PlotArea plane;      ///< as drawn when it was taken
    std::vector<double> others;  ///< the other real eigenvalues
    std::uint64_t refusals;      ///< Snapshot::refusals: another number means that it went nowhere
  };

  void take(const FigurePanel& panel, const gradient::Eigenvalue& eigenvalue,
            const session::Snapshot& snapshot, figure::View& view);
  void release(figure::View& view);
  std::complex<double> target(figure::Point pointer) const;
  void move_to(std::complex<double> to);
  void hover(UiContext& ui, const FigurePanel& panel, bool of_product,
             const gradient::Eigenvalue& eigenvalue) const;
  void draw(UiContext& ui, const FigurePanel& panel) const;

  std::optional<Held> held_;
};

}  // namespace backflow::ui
