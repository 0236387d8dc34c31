#include "app/ui/eigenvalue_drag.h"

#include <algorithm>
#include <cmath>

#include "app/figure/eigenvalue_plane.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

using Complex = std::complex<double>;

constexpr double kSnap = 4.0;  // units around the axis, and around another real eigenvalue

std::string in_words(Complex z) {
  std::string text = "λ = " + figure::compact(z.real());
  if (z.imag() != 0.0)
    text += (z.imag() < 0.0 ? " − " : " + ") + figure::compact(std::abs(z.imag())) + " i";
  return text + "\n|λ| = " + figure::compact(std::abs(z));
}

std::string help(Complex z) {
  return z.imag() == 0.0 ? "drag to move it along the axis; where two real ones meet,\nthey can "
                           "leave it as a pair"
                         : "drag to move it; its conjugate goes along";
}

const std::vector<gradient::Eigenvalue>& eigenvalues(const session::Snapshot& snapshot) {
  return snapshot.analysis->spectra->recurrent.eigenvalues;
}

}  // namespace

void EigenvalueDrag::take(const FigurePanel& panel, Complex eigenvalue, figure::View& view) {
  held_ = {eigenvalue, *panel.figure().plot};
  view.plane_radius = std::min(held_->plane.x_max, held_->plane.y_max);
}

// A pair near the axis comes to lie on it. A real one leaves it only where it meets another.
Complex EigenvalueDrag::target(figure::Point pointer, const session::Snapshot& snapshot) const {
  const figure::PlotArea& plane = held_->plane;
  const figure::Rect& r = plane.rect;
  const double per_unit = (plane.y_max - plane.y_min) / r.height;
  const double x = std::clamp(pointer.x, r.x, r.right());
  const double y = std::clamp(pointer.y, r.y, r.bottom());
  Complex z{plane.x_min + (x - r.x) * per_unit, plane.y_max - (y - r.y) * per_unit};
  const double snap = kSnap * per_unit;
  if (std::abs(z.imag()) < snap) z.imag(0.0);
  if (held_->at.imag() != 0.0) return z;
  // Of two at one place, one is the eigenvalue itself.
  int meeting = 0;
  for (const gradient::Eigenvalue& other : eigenvalues(snapshot)) {
    const Complex value = other.value();
    if (value.imag() == 0.0 && std::abs(value - held_->at) <= 1e-7 * std::abs(plane.y_max))
      ++meeting;
  }
  if (meeting >= 2) return z;
  z.imag(0.0);
  for (const gradient::Eigenvalue& other : eigenvalues(snapshot)) {
    const Complex value = other.value();
    const bool itself = std::abs(value - held_->at) <= 1e-7 * std::abs(plane.y_max);
    if (!itself && value.imag() == 0.0 && std::abs(value - z) < snap) return value;
  }
  return z;
}

void EigenvalueDrag::update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                            const session::Snapshot& snapshot, const UiServices& services,
                            figure::View& view) {
  const bool there = snapshot.analysis && snapshot.analysis->spectra && panel.figure().plot;
  if (!state.held || !there || snapshot.analysis->spectra->product) {
    held_.reset();
    view.plane_radius.reset();
  }
  if (!there) return;
  if (held_) held_->plane = *panel.figure().plot;
  const figure::Point pointer = panel.pointer(ui);
  const gradient::Eigenvalue* near =
      state.hovered ? figure::eigenvalue_at(snapshot, panel.figure(), pointer) : nullptr;
  if (snapshot.analysis->spectra->product) {
    if (near != nullptr && !ui.tooltip.empty())
      ui.tooltip +=
          "\nof a product: not to be dragged. A click on the diagonal of the map\nshows W_{hh} "
          "again, whose eigenvalues can be";
    return;
  }
  if (near != nullptr && ImGui::IsMouseClicked(0)) take(panel, near->value(), view);
  if (!held_) {
    if (near == nullptr || ui.tooltip.empty()) return;
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    ui.tooltip += "\n" + help(near->value());
    return;
  }
  ui.tooltip = in_words(held_->at);
  const figure::Axes axes{held_->plane};
  const auto ring = [&](Complex z) {
    ImGui::GetWindowDrawList()->AddCircle(
        panel.on_screen(ui, {axes.x(z.real()), axes.y(z.imag())}), static_cast<float>(ui.px(8.0)),
        to_imgui(ui.colors().accent), 0, static_cast<float>(ui.px(1.6)));
  };
  ring(held_->at);
  if (held_->at.imag() != 0.0) ring(std::conj(held_->at));
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  if ((moved.x == 0.0f && moved.y == 0.0f) || !ImGui::IsMouseDragging(0, 2.0f)) return;
  const Complex to = target(pointer, snapshot);
  if (to == held_->at) return;
  const model::CellKind cell = snapshot.analysis->record->model.cell;
  const model::Index block = model::cell_of(cell).layout().new_state_block;
  services.send(
      session::SetRecurrentWeights{model::MoveEigenvalue{block, held_->at, to},
                                   "Move an eigenvalue of " + figure::new_state_weights(cell)});
  held_->at = to;
}

}  // namespace backflow::ui
