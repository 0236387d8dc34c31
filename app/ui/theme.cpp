#include "app/ui/theme.h"

#include <cmath>

namespace backflow::ui {

ImU32 to_imgui(const figure::Color& color) { return IM_COL32(color.r, color.g, color.b, color.a); }

ImU32 to_imgui(const figure::Color& color, double alpha) {
  return IM_COL32(color.r, color.g, color.b, static_cast<int>(std::lround(255.0 * alpha)));
}

void apply_theme(figure::Theme theme, double scale) {
  const figure::Palette& colors = figure::palette(theme);
  ImGuiStyle style;
  const auto set = [&](ImGuiCol index, const figure::Color& color) {
    style.Colors[index] = ImGui::ColorConvertU32ToFloat4(to_imgui(color));
  };
  set(ImGuiCol_WindowBg, colors.surround);
  set(ImGuiCol_ChildBg, colors.background);
  set(ImGuiCol_PopupBg, colors.panel);
  set(ImGuiCol_Border, colors.grid);
  set(ImGuiCol_Text, colors.text);
  set(ImGuiCol_TextSelectedBg, mix(colors.panel, colors.accent, 0.5));
  set(ImGuiCol_FrameBg, colors.panel);
  set(ImGuiCol_ScrollbarBg, colors.background);
  set(ImGuiCol_ScrollbarGrab, colors.grid);
  set(ImGuiCol_ScrollbarGrabHovered, colors.axis);
  set(ImGuiCol_ScrollbarGrabActive, colors.axis);
  style.WindowPadding = ImVec2(0.0f, 0.0f);
  style.WindowBorderSize = 0.0f;
  style.ChildBorderSize = 0.0f;
  style.ItemSpacing = ImVec2(0.0f, 0.0f);
  style.FramePadding = ImVec2(6.0f, 3.0f);
  style.ChildRounding = style.PopupRounding = 6.0f;
  style.FrameRounding = style.ScrollbarRounding = 4.0f;
  style.ScrollbarSize = 8.0f;
  style.AntiAliasedLinesUseTex = false;  // lines are as wide as asked for at any scale
  style.ScaleAllSizes(static_cast<float>(scale));
  ImGui::GetStyle() = style;
}

}  // namespace backflow::ui
