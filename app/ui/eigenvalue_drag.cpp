#include "app/ui/eigenvalue_drag.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/figure/eigenvalue_plane.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

using Complex = std::complex<double>;

constexpr double kSnap = 4.0;  // units around the axis, and around another real eigenvalue

std::string help(Complex z) {
  return z.imag() == 0.0 ? "drag to move it along the axis; where two real ones meet,\nthey can "
                           "leave it as a pair"
                         : "drag to move it; its conjugate goes along";
}

}  // namespace

void EigenvalueDrag::take(const FigurePanel& panel, const gradient::Eigenvalue& eigenvalue,
                          const session::Snapshot& snapshot, figure::View& view) {
  const figure::PlotArea& plane = *panel.figure().plot;
  held_ = {eigenvalue.value(), plane, {}, snapshot.refusals};
  for (const gradient::Eigenvalue& other : snapshot.analysis->spectra->recurrent.eigenvalues) {
    const Complex value = other.value();
    if (&other == &eigenvalue || value.imag() != 0.0) continue;
    // Two at one place are so but for rounding.
    const bool together = std::abs(value - held_->at) <= 1e-7 * std::abs(plane.y_max);
    held_->others.push_back(together ? held_->at.real() : value.real());
  }
  view.plane_radius = std::min(plane.x_max, plane.y_max);
}

void EigenvalueDrag::release(figure::View& view) {
  held_.reset();
  view.plane_radius.reset();
}

// A pair near the axis comes to lie on it. A real one leaves it only where it lies on another.
Complex EigenvalueDrag::target(figure::Point pointer) const {
  const figure::PlotArea& plane = held_->plane;
  const figure::Rect& r = plane.rect;
  Complex z{figure::x_value_at(plane, std::clamp(pointer.x, r.x, r.right())),
            figure::y_position_at(plane, std::clamp(pointer.y, r.y, r.bottom()))};
  const double snap = kSnap * (plane.y_max - plane.y_min) / r.height;
  if (std::abs(z.imag()) < snap) z.imag(0.0);
  if (held_->at.imag() != 0.0) return z;
  const std::vector<double>& others = held_->others;
  const bool on_another = std::ranges::find(others, held_->at.real()) != others.end();
  if (on_another && z.imag() != 0.0) return z;
  z.imag(0.0);
  for (const double other : others)
    if (std::abs(other - z.real()) < snap) return other;
  return z;
}

// One partner leaves the axis, and comes back to it, with the other.
void EigenvalueDrag::move_to(Complex to) {
  std::vector<double>& others = held_->others;
  const Complex from = std::exchange(held_->at, to);
  if (from.imag() == 0.0 && to.imag() != 0.0) others.erase(std::ranges::find(others, from.real()));
  if (from.imag() != 0.0 && to.imag() == 0.0) others.push_back(to.real());
}

void EigenvalueDrag::hover(UiContext& ui, const FigurePanel& panel, bool of_product,
                           const gradient::Eigenvalue& eigenvalue) const {
  if (!panel.mouse() || ui.tooltip.empty()) return;
  if (!of_product) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  ui.tooltip += "\n" + (of_product ? "of a product: not to be dragged. A click on the diagonal of "
                                     "the map\nshows W_{hh} again, whose eigenvalues can be"
                                   : help(eigenvalue.value()));
}

void EigenvalueDrag::draw(UiContext& ui, const FigurePanel& panel) const {
  ui.tooltip =
      figure::eigenvalue_text(held_->at) + "\n|λ| = " + figure::compact(std::abs(held_->at));
  const figure::Axes axes{held_->plane};
  const auto ring = [&](Complex z) {
    ImGui::GetWindowDrawList()->AddCircle(
        panel.on_screen(ui, {axes.x(z.real()), axes.y(z.imag())}), static_cast<float>(ui.px(8.0)),
        to_imgui(ui.colors().accent), 0, static_cast<float>(ui.px(1.6)));
  };
  ring(held_->at);
  if (held_->at.imag() != 0.0) ring(std::conj(held_->at));
}

void EigenvalueDrag::update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                            const session::Snapshot& snapshot, const PanelServices& services,
                            figure::View& view) {
  const auto& plot = panel.figure().plot;
  const bool there = snapshot.analysis && snapshot.analysis->spectra && plot;
  const bool of_product = there && snapshot.analysis->spectra->product;
  if (held_ && (!state.held || of_product || snapshot.refusals != held_->refusals)) release(view);
  if (there && !held_ && state.hovered) {
    const gradient::Eigenvalue* near =
        figure::eigenvalue_at(snapshot, panel.figure(), panel.pointer(ui));
    if (near == nullptr) return;
    if (of_product || !ImGui::IsMouseClicked(0)) return hover(ui, panel, of_product, *near);
    take(panel, *near, snapshot, view);
  }
  if (!held_) return;
  if (plot) held_->plane = *plot;  // the card may have become another size
  draw(ui, panel);
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  if ((moved.x == 0.0f && moved.y == 0.0f) || !ImGui::IsMouseDragging(0, 2.0f)) return;
  const Complex to = target(panel.pointer(ui));
  if (to == held_->at) return;
  const model::CellKind cell = snapshot.record->model.cell;
  const model::Index block = model::cell_of(cell).layout().new_state_block;
  services.send(
      session::SetRecurrentWeights{model::MoveEigenvalue{block, held_->at, to},
                                   "Move an eigenvalue of " + figure::new_state_weights(cell)});
  move_to(to);
}

}  // namespace backflow::ui
