#include "app/ui/eigenvalue_drag.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/figure/eigenvalue_plane.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

using Complex = std::complex<double>;

constexpr double kSnap = 4.0;      // units around the axis, and around another real eigenvalue
constexpr double kKeyStep = 0.01;  // of the plane's width

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

// Around the eigenvalue and its conjugate.
void EigenvalueDrag::draw_ring(UiContext& ui, const FigurePanel& panel,
                               const figure::PlotArea& plane, Complex value) const {
  const figure::Axes axes{plane};
  const auto ring = [&](Complex z) {
    ImGui::GetWindowDrawList()->AddCircle(
        panel.on_screen(ui, figure::Point{axes.x(z.real()), axes.y(z.imag())}),
        static_cast<float>(ui.px(8.0)), to_imgui(ui.colors().accent), 0,
        static_cast<float>(ui.px(1.6)));
  };
  ring(value);
  if (value.imag() != 0.0) ring(std::conj(value));
}

void EigenvalueDrag::send_move(Complex from, Complex to, const session::Snapshot& snapshot,
                               const PanelServices& services) const {
  const model::CellKind cell = snapshot.record->model.cell;
  const model::Index block = model::cell_of(cell).layout().new_state_block;
  services.send(
      session::SetRecurrentWeights{model::MoveEigenvalue{block, from, to},
                                   "Move an eigenvalue of " + figure::new_state_weights(cell)});
}

// Reached with Tab: arrows go from one to the next, with Shift they move it. A real one stays on
// the axis.
void EigenvalueDrag::use_keys(UiContext& ui, const FigurePanel& panel,
                              const session::Snapshot& snapshot, const PanelServices& services) {
  const figure::PlotArea& plane = *panel.figure().plot;
  const Widget widget{"Eigenvalues", "", panel.on_screen(ui, plane.rect)};
  take_focus(ui, widget);
  const auto keys = arrow_move(ui, widget);
  const auto& all = snapshot.analysis->spectra->recurrent.eigenvalues;
  if (!keys || all.empty()) return marked_.reset();
  const auto nearest = [&](Complex z) {
    return std::min_element(all.begin(), all.end(), [z](const auto& x, const auto& y) {
      return std::abs(x.value() - z) < std::abs(y.value() - z);
    });
  };
  const auto mark = [&](Complex z) { marked_ = {z, z}; };
  const bool refused = std::exchange(key_refusals_, snapshot.refusals) != snapshot.refusals;
  if (marked_ && refused) mark(marked_->before);
  const auto present = marked_ ? nearest(marked_->at) : all.begin();
  if (!marked_) mark(present->value());
  const auto [right, down] = *keys;
  if ((right != 0 || down != 0) && ImGui::GetIO().KeyShift) {
    const double step = kKeyStep * (plane.x_max - plane.x_min);
    const Complex from = marked_->at;
    Complex to = from + Complex(step * right, -step * down);
    if (from.imag() == 0.0 || std::abs(to.imag()) < step / 2.0) to.imag(0.0);
    if (to != from) send_move(from, to, snapshot, services);
    marked_ = {to, from};
  } else if (right + down != 0) {
    const auto count = static_cast<std::ptrdiff_t>(all.size());
    const std::ptrdiff_t next = (present - all.begin() + right + down + count) % count;
    mark(all[static_cast<std::size_t>(next)].value());
  }
  draw_ring(ui, panel, plane, marked_->at);
}

void EigenvalueDrag::update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                            const session::Snapshot& snapshot, const PanelServices& services,
                            figure::View& view) {
  const auto& plot = panel.figure().plot;
  const bool there = snapshot.analysis && snapshot.analysis->spectra && plot;
  const bool of_product = there && snapshot.analysis->spectra->product;
  if (held_ && (!state.held || of_product || snapshot.refusals != held_->refusals)) release(view);
  if (there && !held_ && !of_product) use_keys(ui, panel, snapshot, services);
  if (there && !held_ && state.hovered) {
    const gradient::Eigenvalue* near =
        figure::eigenvalue_at(snapshot, panel.figure(), panel.pointer(ui));
    if (near == nullptr) return;
    if (of_product || !ImGui::IsMouseClicked(0)) return hover(ui, panel, of_product, *near);
    take(panel, *near, snapshot, view);
  }
  if (!held_) return;
  if (plot) held_->plane = *plot;  // the card may have become another size
  ui.tooltip =
      figure::eigenvalue_text(held_->at) + "\n|λ| = " + figure::compact(std::abs(held_->at));
  draw_ring(ui, panel, held_->plane, held_->at);
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  if ((moved.x == 0.0f && moved.y == 0.0f) || !ImGui::IsMouseDragging(0, 2.0f)) return;
  const Complex to = target(panel.pointer(ui));
  if (to == held_->at) return;
  send_move(held_->at, to, snapshot, services);
  move_to(to);
}

}  // namespace backflow::ui
