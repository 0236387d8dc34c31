// Eigenvalues in the hand: a dot of the complex plane is dragged, or marked and moved with the
// arrow keys, and W_hh goes along.
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
  void use_keys(UiContext& ui, const FigurePanel& panel, const session::Snapshot& snapshot,
                const PanelServices& services);
  void send_move(std::complex<double> from, std::complex<double> to,
                 const session::Snapshot& snapshot, const PanelServices& services) const;
  std::complex<double> target(figure::Point pointer) const;
  void move_to(std::complex<double> to);
  void hover(UiContext& ui, const FigurePanel& panel, bool of_product,
             const gradient::Eigenvalue& eigenvalue) const;
  void draw_ring(UiContext& ui, const FigurePanel& panel, const figure::PlotArea& plane,
                 std::complex<double> value) const;

  std::optional<Held> held_;
  /// By the arrow keys.
  struct Marked {
    std::complex<double> at;      ///< where it was sent to last
    std::complex<double> before;  ///< where it is if it was refused to go there
  };
  std::optional<Marked> marked_;
  std::uint64_t key_refusals_ = 0;  // Snapshot::refusals when the keys were last heeded
};

}  // namespace backflow::ui
