#include "app/ui/help_overlay.h"

#include <algorithm>

#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace backflow::ui {
namespace {

struct Entry {
  const char* left;
  const char* right;
};

constexpr Entry kKeys[] = {
    {"Space", "run or pause"},
    {"→", "one iteration"},
    {"R", "reset: fresh weights, empty curves"},
    {"1 … 8", "the figures behind the tabs"},
    {"T", "light or dark"},
    {"F1", "this page; Esc closes it"},
    {"Ctrl+Q", "quit"},
    {"drag a field", "set its value; double-click to type"},
    {"wheel, drag", "zoom and pan the network; double-click for all"},
    {"click the map", "spectrum of that product; on the diagonal of W_{hh}"},
};

constexpr Entry kSymbols[] = {
    {"x_{t}, h_{t}, ŷ_{t}", "input, hidden state and output at step t = 1..T"},
    {"h_{t} = f(W_{xh}x_{t} + W_{hh}h_{t−1} + b_{h})", "the loop, unrolled; f is the activation"},
    {"L = Σ_{t} L_{t}", "loss: mean over the batch, sum over the steps"},
    {"∂L/∂h_{t}", "blame: how much h_{t} is to blame for the loss"},
    {"J_{t} = ∂h_{t}/∂h_{t−1}", "one step: diag(f′(a_{t})) W_{hh}"},
    {"∂h_{t}/∂h_{k} = J_{t} ⋯ J_{k+1}", "what a product of steps does to the gradient"},
    {"ρ(W_{hh})", "spectral radius: largest |eigenvalue|"},
    {"‖∇L‖, c", "norm of the whole gradient; clipping threshold"},
};

constexpr const char* kReading[] = {
    "Heatmap: a cell is the size of ∂h_{t}/∂h_{k}, what is left of a gradient of size 1 that "
    "starts at step t (down) when it arrives at step k (across).",
    "White is 1. Blue is less: it vanishes. Red is more: it explodes. The diagonal has not "
    "travelled yet. Grey is exactly 0; hatched is not finite.",
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

double heading(UiContext& ui, const Rect& column, double y, const char* text) {
  draw_text(ui, {column.x, y, column.width, ui.px(24.0)}, text, 13.0, ui.colors().accent,
            figure::HAlign::left, true);
  return y + ui.px(28.0);
}

template <std::size_t N>
double entries(UiContext& ui, const Rect& column, double y, const Entry (&list)[N],
               double left_width) {
  for (const Entry& entry : list) {
    draw_text(ui, {column.x, y, ui.px(left_width), ui.px(20.0)}, entry.left, 12.0,
              ui.colors().text);
    draw_text(ui, {column.x + ui.px(left_width), y, column.width - ui.px(left_width), ui.px(20.0)},
              entry.right, 12.0, ui.colors().muted_text);
    y += ui.px(21.0);
  }
  return y + ui.px(12.0);
}

}  // namespace

bool draw_help_overlay(UiContext& ui, const Rect& window) {
  ImGui::SetNextWindowPos(top_left(window));
  ImGui::SetNextWindowSize(
      ImVec2(static_cast<float>(window.width), static_cast<float>(window.height)));
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleColor(ImGuiCol_WindowBg, to_imgui(ui.colors().surround, 0.72));
  ImGui::Begin("help", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleColor();
  const double width = std::min(ui.px(1000.0), window.width - ui.px(32.0));
  const double height = std::min(ui.px(510.0), window.height - ui.px(32.0));
  const Rect card{window.x + (window.width - width) / 2.0,
                  window.y + (window.height - height) / 2.0, width, height};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto rounding = static_cast<float>(ui.px(8.0));
  list.AddRectFilled(top_left(card), bottom_right(card), to_imgui(ui.colors().background),
                     rounding);
  list.AddRect(top_left(card), bottom_right(card), to_imgui(ui.colors().axis), rounding);
  const Rect inner = inset(card, ui.px(24.0));
  draw_text(ui, {inner.x, inner.y, inner.width, ui.px(26.0)},
            "Backflow: how gradients flow back through time", 16.0, ui.colors().text,
            figure::HAlign::left, true);
  const double top = inner.y + ui.px(40.0);
  const Rect left{inner.x, top, inner.width * 0.44, 0.0};
  const Rect right{inner.x + inner.width * 0.46, top, inner.width * 0.54, 0.0};
  double y = entries(ui, left, heading(ui, left, top, "Keys and mouse"), kKeys, 92.0);
  y = std::max(y, entries(ui, right, heading(ui, right, top, "Symbols"), kSymbols, 180.0));
  y = heading(ui, inner, y, "Reading the pictures");
  for (const char* line : kReading) {
    draw_text(ui, {inner.x, y, inner.width, ui.px(20.0)}, line, 12.0, ui.colors().text);
    y += ui.px(*line == '\0' ? 8.0 : 20.0);
  }
  const bool closed =
      button(ui,
             {"Close help",
              "Back to the window  (Esc)",
              {card.right() - ui.px(104.0), card.y + ui.px(20.0), ui.px(84.0), ui.px(28.0)}},
             {"Close"});
  ImGui::End();
  return closed;
}

}  // namespace backflow::ui
