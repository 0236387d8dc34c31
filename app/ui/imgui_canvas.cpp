#include "app/ui/imgui_canvas.h"

#include <algorithm>
#include <cmath>

#include "app/figure/mark_geometry.h"
#include "app/ui/theme.h"

namespace backflow::ui {

using figure::Point;
using figure::Rect;

ImGuiCanvas::ImGuiCanvas(ImDrawList& list, const Fonts& fonts, HeatmapTextures* textures,
                         ImVec2 origin, double scale, std::string name)
    : list_(list),
      fonts_(fonts),
      textures_(textures),
      origin_(origin),
      scale_(scale),
      name_(std::move(name)) {}

ImVec2 ImGuiCanvas::at(Point point) const {
  return {origin_.x + static_cast<float>(point.x * scale_),
          origin_.y + static_cast<float>(point.y * scale_)};
}

void ImGuiCanvas::begin_group(std::string_view, const std::optional<Rect>& clip) {
  clipped_.push_back(clip.has_value());
  if (clip) list_.PushClipRect(top_left(*clip), bottom_right(*clip), true);
}

void ImGuiCanvas::end_group() {
  if (clipped_.back()) list_.PopClipRect();
  clipped_.pop_back();
}

// ImGui thins a line at sharp turns; such a line is drawn in pieces with a dot at the joint.
void ImGuiCanvas::solid_line(const ImVec2* points, int count, ImU32 color, float width) {
  int start = 0;
  for (int i = 1; i + 1 < count; ++i) {
    const ImVec2 in(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
    const ImVec2 out(points[i + 1].x - points[i].x, points[i + 1].y - points[i].y);
    const float lengths = std::hypot(in.x, in.y) * std::hypot(out.x, out.y);
    if (in.x * out.x + in.y * out.y >= 0.3f * lengths) continue;
    list_.AddPolyline(points + start, i - start + 1, color, 0, width);
    if (width > 1.5f) list_.AddCircleFilled(points[i], width / 2.0f, color, 8);
    start = i;
  }
  list_.AddPolyline(points + start, count - start, color, 0, width);
}

void ImGuiCanvas::stroke(const ImVec2* points, int count, const figure::Stroke& stroke) {
  const ImU32 color = to_imgui(stroke.color);
  const float width = std::max(1.0f, pixels(stroke.width));
  const auto dash = figure::dash_lengths(stroke);
  if (dash.empty()) {
    solid_line(points, count, color, width);
    return;
  }
  float period = 0.0f;
  for (const double part : dash) period += pixels(part);
  float phase = 0.0f;  // how far into the period the next piece begins
  for (int i = 0; i + 1 < count; ++i) {
    const ImVec2 a = points[i], b = points[i + 1];
    const float length = std::hypot(b.x - a.x, b.y - a.y);
    // Dashes without end would take for ever.
    constexpr float kLongest = 1e6f;
    if (!(length > 0.0f && length < kLongest)) continue;
    const auto along = [&](float s) {
      return ImVec2(a.x + (b.x - a.x) * s / length, a.y + (b.y - a.y) * s / length);
    };
    float begin = -phase;
    for (std::size_t part = 0; part + 1 < dash.size(); part += 2) {
      const float on = pixels(dash[part]);
      for (float s = begin; s < length; s += period)
        if (s + on > 0.0f)
          list_.AddLine(along(std::max(s, 0.0f)), along(std::min(s + on, length)), color, width);
      begin += on + pixels(dash[part + 1]);
    }
    phase = std::fmod(phase + length, period);
  }
}

void ImGuiCanvas::polyline(const figure::PolylineMark& mark) {
  std::vector<ImVec2> points;
  points.reserve(mark.points.size());
  for (const Point& point : mark.points) points.push_back(at(point));
  // Straight grid lines are sharpest on whole pixels.
  if (points.size() == 2 && mark.stroke.width <= 1.0)
    for (ImVec2& point : points) point = {std::floor(point.x) + 0.5f, std::floor(point.y) + 0.5f};
  stroke(points.data(), static_cast<int>(points.size()), mark.stroke);
}

void ImGuiCanvas::polygon(const figure::PolygonMark& mark) {
  std::vector<ImVec2> points;
  for (const Point& point : mark.points) points.push_back(at(point));
  list_.AddConvexPolyFilled(points.data(), static_cast<int>(points.size()), to_imgui(mark.fill));
}

void ImGuiCanvas::rect(const figure::RectMark& mark) {
  const ImVec2 a = top_left(mark.rect), b = bottom_right(mark.rect);
  const float radius = pixels(mark.corner_radius);
  if (mark.fill) list_.AddRectFilled(a, b, to_imgui(*mark.fill), radius);
  if (mark.stroke)
    list_.AddRect(a, b, to_imgui(mark.stroke->color), radius, 0,
                  std::max(1.0f, pixels(mark.stroke->width)));
}

void ImGuiCanvas::circle(const figure::CircleMark& mark) {
  const ImVec2 center = at(mark.center);
  const float radius = pixels(mark.radius);
  if (mark.fill) list_.AddCircleFilled(center, radius, to_imgui(*mark.fill));
  if (mark.stroke)
    list_.AddCircle(center, radius, to_imgui(mark.stroke->color), 0, pixels(mark.stroke->width));
}

void ImGuiCanvas::text(Point baseline, std::span<const figure::TextRun> runs, figure::Color color,
                       bool bold) {
  for (const figure::TextRun& run : runs)
    fonts_.draw_run(list_, at({baseline.x + run.x, baseline.y - run.rise}), run.text,
                    run.size * scale_, to_imgui(color), bold);
}

void ImGuiCanvas::heatmap(const figure::HeatmapMark& mark) {
  const std::string id = name_ + "/" + std::to_string(heatmaps_++);
  if (textures_ == nullptr) return;
  // On whole pixels, so that the texture is shown one to one.
  const ImVec2 a = top_left(mark.rect), b = bottom_right(mark.rect);
  const ImVec2 low(std::round(a.x), std::round(a.y)), high(std::round(b.x), std::round(b.y));
  const int width = static_cast<int>(high.x - low.x), height = static_cast<int>(high.y - low.y);
  if (width <= 0 || height <= 0) return;
  const ImTextureID texture = textures_->texture(id, mark, width, height);
  if (texture != ImTextureID{}) list_.AddImage(texture, low, high);
}

void ImGuiCanvas::mesh(const figure::MeshMark& mark) {
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  list_.PrimReserve(static_cast<int>(3 * mark.triangles.size()),
                    static_cast<int>(mark.points.size()));
  const auto first = list_._VtxCurrentIdx;
  for (const auto& triangle : mark.triangles)
    for (const unsigned corner : triangle)
      list_.PrimWriteIdx(static_cast<ImDrawIdx>(first + corner));
  for (std::size_t i = 0; i < mark.points.size(); ++i)
    list_.PrimWriteVtx(at(mark.points[i]), white, to_imgui(mark.colors[i]));
}

// One picture for all lengths: its tail is stretched.
void ImGuiCanvas::pulse(const figure::PulseMark& mark) {
  if (textures_ == nullptr) return Canvas::pulse(mark);
  // The glow reaches as far again as the drop is wide.
  const double half = mark.width, behind = std::max(mark.length, half);
  const int height = std::clamp(static_cast<int>(std::lround(2.0 * half * scale_)), 1, 256);
  const ImTextureID texture = textures_->pulse(mark, height);
  if (texture == ImTextureID{}) return Canvas::pulse(mark);
  const Point d = mark.direction;
  const auto corner = [&](double along, double across) {
    return at(
        {mark.center.x + d.x * along - d.y * across, mark.center.y + d.y * along + d.x * across});
  };
  const auto part = [&](double from, double to, float u0, float u1) {
    list_.AddImageQuad(texture, corner(from, -half), corner(to, -half), corner(to, half),
                       corner(from, half), {u0, 0.0f}, {u1, 0.0f}, {u1, 1.0f}, {u0, 1.0f});
  };
  constexpr float kHead = 1.0f - 0.5f / HeatmapTextures::kPulseAspect;
  part(-behind, 0.0, 0.0f, kHead);
  part(0.0, half, kHead, 1.0f);
}

void ImGuiCanvas::hatch(const figure::HatchMark& mark) {
  for (const auto& [from, to] : figure::hatch_lines(mark))
    list_.AddLine(at(from), at(to), to_imgui(mark.stroke.color),
                  std::max(1.0f, pixels(mark.stroke.width)));
}

}  // namespace backflow::ui
