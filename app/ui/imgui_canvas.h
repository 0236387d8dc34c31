// Figures on the screen: a Canvas over an ImGui draw list.
#pragma once

#include <string>

#include <imgui.h>

#include "app/figure/canvas.h"
#include "app/ui/fonts.h"
#include "app/ui/heatmap_textures.h"

namespace backflow::ui {

class ImGuiCanvas final : public figure::Canvas {
public:
  /// Draws with the figure's origin at `origin` (pixels) and `scale` pixels per figure unit.
  /// `textures` may be null: heatmaps are left out then. `name` tells figures apart.
  ImGuiCanvas(ImDrawList& list, const Fonts& fonts, HeatmapTextures* textures, ImVec2 origin,
              double scale, std::string name);

  void begin_group(std::string_view id, const std::optional<figure::Rect>& clip) override;
  void end_group() override;
  void polyline(const figure::PolylineMark& mark) override;
  void polygon(const figure::PolygonMark& mark) override;
  void rect(const figure::RectMark& mark) override;
  void circle(const figure::CircleMark& mark) override;
  void text(figure::Point baseline, std::span<const figure::TextRun> runs, figure::Color color,
            bool bold) override;
  void heatmap(const figure::HeatmapMark& mark) override;
  void mesh(const figure::MeshMark& mark) override;
  void hatch(const figure::HatchMark& mark) override;
  void pulse(const figure::PulseMark& mark) override;

private:
  ImVec2 at(figure::Point point) const;
  ImVec2 top_left(const figure::Rect& rect) const { return at({rect.x, rect.y}); }
  ImVec2 bottom_right(const figure::Rect& rect) const { return at({rect.right(), rect.bottom()}); }
  float pixels(double units) const { return static_cast<float>(units * scale_); }
  void solid_line(const ImVec2* points, int count, ImU32 color, float width);
  void stroke(const ImVec2* points, int count, const figure::Stroke& stroke);

  ImDrawList& list_;
  const Fonts& fonts_;
  HeatmapTextures* textures_;
  ImVec2 origin_;
  double scale_;
  std::string name_;
  int heatmaps_ = 0;
  std::vector<bool> clipped_;  // for each open group
};

}  // namespace backflow::ui
