#include "app/ui/help_overlay.h"

#include <algorithm>
#include <span>

#include "app/figure/text_markup.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace backflow::ui {
namespace {

struct Entry {
  const char* left;
  const char* right;
};

constexpr Entry kRunning[] = {
    {"Space", "run or pause"},
    {"→  ←", "one iteration on, one back"},
    {"Shift+→  Shift+←", "the same, while stepping too"},
    {"Home  End", "first and last iteration computed"},
    {"R", "reset: fresh weights, empty curves"},
    {"Ctrl+Z", "undo a change; Ctrl+Shift+Z redo"},
    {".  ,", "step through an iteration, and back"},
    {"P", "play the steps at the chosen pace"},
    {"F", "fold the network, unfold it"},
    {"B", "compare; then controls of A or B"},
    {"Shift+B", "one network again"},
};

constexpr Entry kLooking[] = {
    {"1 … 9, 0, C E I L V", "the figures behind the tabs"},
    {"M", "enlarge the card under the mouse"},
    {"+  −", "text size; T: light or dark"},
    {"K", "other colours of maps and scales"},
    {"Tab, Enter", "reach and press a control; arrows set it"},
    {"Esc", "close, let go, back to all cards"},
    {"F1", "this page; F2: lessons"},
    {"PgDn  PgUp", "a lesson's pages; Backspace: as it was"},
    {"Ctrl+N  Ctrl+O", "new session; open a file"},
    {"Ctrl+S", "save; Ctrl+Shift+S: to another file"},
    {"Ctrl+E  Ctrl+Q", "export a figure; quit"},
    {"drag a field", "set its value; double-click to type"},
    {"drag in a plot", "W_{hh}, an eigenvalue, threshold, start"},
    {"wheel, drag", "zoom and pan the network"},
    {"drag the relief", "turn it; double-click: as usual"},
    {"click the map", "pin a product: chain and spectrum"},
};

constexpr Entry kSymbols[] = {
    {"x_{t}, h_{t}, ŷ_{t}", "input, hidden state, output at t = 1..T"},
    {"a_{t} = W_{xh}x_{t} + W_{hh}h_{t−1} + b_{h}", "pre-activation"},
    {"h_{t} = f(a_{t})", "f: the activation"},
    {"L = Σ_{t} L_{t}", "loss: mean over the batch"},
    {"e_{t} = ∂L/∂h_{t}", "blame: how much h_{t} is to blame"},
    {"J_{t} = diag(f′(a_{t})) W_{hh}", "one step, ∂h_{t}/∂h_{t−1}"},
    {"∂h_{t}/∂h_{k} = J_{t} ⋯ J_{k+1}", "what the steps do to a gradient"},
    {"ρ(W_{hh}), σ_{1}", "largest |eigenvalue|, singular value"},
    {"γ", "steepest slope f′ there is"},
    {"‖∇L‖, c", "norm of the gradient; clip threshold"},
};

constexpr const char* kReading[] = {
    "Heatmap: a cell is the size of ∂h_{t}/∂h_{k}, what is left of a gradient of size 1 that "
    "starts at step t (down) when it arrives at step k (across).",
    "White is 1. Blue is less: it vanishes. Red is more: it explodes (K: other colours). The "
    "diagonal "
    "has not travelled yet. Grey is exactly 0; hatched is not finite.",
    "Network: the lane of blame shows the same for the loss of one sequence. ‖J_{t}‖ is the most "
    "by which one step can stretch it.",
    "By lag: the same by the number of steps travelled. Spectrum: what W_{hh} does to its own "
    "directions; outside the circle it grows.",
    "Saturation: where the slope f′ is near 0, nothing passes. LSTM: h, c or both over the heatmap "
    "choose whose gradient it shows.",
    "Gradient norm: where it is above the threshold c, clipping scales it down to c (by norm) or "
    "cuts its entries (by value).",
    "Try: drag the spectral radius below and above 1; go from tanh to ReLU; take the task first "
    "bit with 50 steps: does the blame reach step 1?",
};

constexpr double kText = 12.0, kLine = 21.0, kHeading = 26.0, kBetween = 12.0;

double heading(UiContext& ui, const Rect& column, double y, const char* text) {
  draw_text(ui, {column.x, y, column.width, ui.px(22.0)}, text, 13.0, ui.colors().accent,
            figure::HAlign::left, true);
  return y + ui.px(kHeading);
}

struct Section {
  const char* title;
  std::span<const Entry> entries;
};
constexpr Section kSections[] = {
    {"Running and stepping", kRunning}, {"Looking", kLooking}, {"Symbols", kSymbols}};

// Of the left sides, and of whole lines.
double left_width(const UiContext& ui, const Section& section) {
  double width = 0.0;
  for (const Entry& entry : section.entries)
    width = std::max(width, figure::text_width(entry.left, ui.px(kText)));
  return width + ui.px(12.0);
}
double width_of(const UiContext& ui, const Section& section) {
  double right = 0.0;
  for (const Entry& entry : section.entries)
    right = std::max(right, figure::text_width(entry.right, ui.px(kText)));
  return left_width(ui, section) + right;
}

// Returns where the next thing goes.
double draw_section(UiContext& ui, const Section& section, double x, double y) {
  const double left = left_width(ui, section), width = width_of(ui, section) + 1.0;
  y = heading(ui, {x, y, width, 0.0}, y, section.title);
  for (const Entry& entry : section.entries) {
    draw_text(ui, {x, y, left, ui.px(20.0)}, entry.left, kText, ui.colors().text);
    draw_text(ui, {x + left, y, width - left, ui.px(20.0)}, entry.right, kText,
              ui.colors().muted_text);
    y += ui.px(kLine);
  }
  return y + ui.px(kBetween);
}

double reading(UiContext& ui, const Rect& column, double y) {
  y = heading(ui, column, y, "Reading the pictures");
  for (const char* paragraph : kReading) {
    for (const std::string& line : figure::wrapped(paragraph, ui.px(kText), column.width)) {
      draw_text(ui, {column.x, y, column.width, ui.px(18.0)}, line, kText, ui.colors().text);
      y += ui.px(18.0);
    }
    y += ui.px(3.0);
  }
  return y;
}

// As many sections beside one another as have room; returns where it ends.
double contents(UiContext& ui, const Rect& page) {
  const double gap = ui.px(24.0);
  double x = page.x, top = page.y, bottom = page.y;
  for (const Section& section : kSections) {
    const double width = width_of(ui, section);
    if (x > page.x && x + width > page.right()) {
      x = page.x;
      top = bottom;
    }
    bottom = std::max(bottom, draw_section(ui, section, x, top));
    x += width + gap;
  }
  return reading(ui, page, bottom);
}

}  // namespace

HelpAnswer draw_help_overlay(UiContext& ui, const Rect& window) {
  const auto flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav;
  ImGui::SetNextWindowPos(top_left(window));
  ImGui::SetNextWindowSize(
      ImVec2(static_cast<float>(window.width), static_cast<float>(window.height)));
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleColor(ImGuiCol_WindowBg, to_imgui(ui.colors().surround, 0.72));
  ImGui::Begin("help", nullptr, flags);
  ImGui::PopStyleColor();
  const double width = std::min(ui.px(1220.0), window.width - ui.px(24.0));
  const double height = std::min(ui.px(630.0), window.height - ui.px(24.0));
  const Rect card{window.x + (window.width - width) / 2.0,
                  window.y + (window.height - height) / 2.0, width, height};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto rounding = static_cast<float>(ui.px(8.0));
  list.AddRectFilled(top_left(card), bottom_right(card), to_imgui(ui.colors().background),
                     rounding);
  list.AddRect(top_left(card), bottom_right(card), to_imgui(ui.colors().axis), rounding);
  const Rect inner = inset(card, ui.px(20.0));
  const Rect buttons{inner.right() - ui.px(176.0), inner.y, ui.px(84.0), ui.px(28.0)};
  const char* title = "Backflow: how gradients flow back through time";
  const bool fits =
      figure::text_width(title, ui.px(15.0), true) < buttons.x - ui.px(112.0) - inner.x;
  draw_text(ui, {inner.x, inner.y, buttons.x - inner.x, ui.px(28.0)}, fits ? title : "Backflow",
            15.0, ui.colors().text, figure::HAlign::left, true);
  const bool tour = button(ui, {"Start tour", "Five stops through the window", buttons}, {"Tour"});
  const Rect right{buttons.x - ui.px(112.0), inner.y, ui.px(104.0), ui.px(28.0)};
  const bool verify =
      button(ui, {"Open checks", "Published results, computed anew by this program", right},
             {"Is it right?"});
  const bool closed = button(ui,
                             {"Close help",
                              "Back to the window  (Esc)",
                              {inner.right() - ui.px(84.0), inner.y, ui.px(84.0), ui.px(28.0)}},
                             {"Close"});
  // What does not fit is scrolled to.
  const Rect page{inner.x, inner.y + ui.px(38.0), inner.width, inner.height - ui.px(38.0)};
  ImGui::SetCursorScreenPos(top_left(page));
  ImGui::BeginChild("help page",
                    ImVec2(static_cast<float>(page.width), static_cast<float>(page.height)));
  const double scrolled = ImGui::GetScrollY();
  const double screenful = 0.8 * page.height;
  if (key_pressed(Key::page_down, true))
    ImGui::SetScrollY(static_cast<float>(scrolled + screenful));
  if (key_pressed(Key::page_up, true)) ImGui::SetScrollY(static_cast<float>(scrolled - screenful));
  const double bottom =
      contents(ui, {page.x, page.y - scrolled, page.width - ui.px(12.0), page.height});
  ImGui::SetCursorScreenPos({static_cast<float>(page.x), static_cast<float>(bottom)});
  ImGui::Dummy(ImVec2(1.0f, 1.0f));
  ImGui::EndChild();
  ImGui::End();
  return tour     ? HelpAnswer::tour
         : verify ? HelpAnswer::verify
         : closed ? HelpAnswer::close
                  : HelpAnswer::stay;
}

}  // namespace backflow::ui
