// A figure as a list of marks: what the screen shows and what every export writes.
//
// Builders (app/figure/*_figure.h) make a Figure once from a snapshot and a view; draw() replays it
// on a Canvas (canvas.h). Coordinates are in figure units, 1/96 inch, origin at the top left, y
// downwards. Nothing here knows a window, a file format or a font file.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/figure/colormap.h"
#include "app/figure/highlight.h"

namespace backflow::figure {

struct Point {
  double x = 0.0, y = 0.0;
};

struct Rect {
  double x = 0.0, y = 0.0, width = 0.0, height = 0.0;

  double right() const { return x + width; }
  double bottom() const { return y + height; }
  bool contains(Point p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
};

/// Curves that share a plot differ in it, not in colour alone: they survive a printer without
/// colours.
enum class Dash { solid, dashed, dotted, dash_dot, dash_dot_dot, long_dash };

struct Stroke {
  Color color;
  double width = 1.0;
  Dash dash = Dash::solid;
  double dash_scale = 1.0;  ///< of the dashes' lengths
};

struct PolylineMark {
  std::vector<Point> points;
  Stroke stroke;
};

/// A convex polygon.
struct PolygonMark {
  std::vector<Point> points;
  Color fill;
};

struct RectMark {
  Rect rect;
  std::optional<Color> fill;
  std::optional<Stroke> stroke;
  double corner_radius = 0.0;
};

struct CircleMark {
  Point center;
  double radius = 1.0;
  std::optional<Color> fill;
  std::optional<Stroke> stroke;
};

enum class HAlign { left, center, right };
enum class VAlign { top, middle, baseline, bottom };

/// Text in the markup of text_markup.h: "∂h_{t}/∂h_{k}", "10^{−3}".
struct TextMark {
  Point anchor;
  std::string markup;
  double size = 12.0;  ///< font size in figure units
  Color color;
  HAlign h_align = HAlign::left;
  VAlign v_align = VAlign::baseline;
  bool bold = false;
};

/// A matrix of log10 norms, or of weights as shares of their limit, as coloured cells, stretched
/// over `rect`; row 0 is at the top.
struct HeatmapMark {
  Rect rect;
  int rows = 0, cols = 0;
  /// Row-major. NaN is "not finite", −inf "exactly zero", kNoCell "nothing here" (transparent).
  std::shared_ptr<const std::vector<float>> values;
  ColorScale scale;
};

/// Triangles, each over those before it; the colours of its corners blend across a triangle. Files
/// hold it as an image.
struct MeshMark {
  static constexpr std::size_t kMostPoints = 65'536;

  std::vector<Point> points;                            ///< at most kMostPoints
  std::vector<Color> colors;                            ///< of the points, opaque
  std::vector<std::array<std::uint16_t, 3>> triangles;  ///< indices of points
};

/// Diagonal lines over a rectangle, aligned with the figure's origin so that neighbours join.
struct HatchMark {
  Rect rect;
  Stroke stroke;
  double spacing = 6.0;  ///< distance between the lines, measured along x
};

/// A signal on its way: its head at a point, a tail behind it. A soft glow on the screen, plain
/// shapes elsewhere.
struct PulseMark {
  Point center;               ///< of the head
  Point direction{1.0, 0.0};  ///< of length 1, in which it moves
  double length = 24.0;       ///< of the tail
  double width = 8.0;
  Color color;  ///< tells its size
  Color glow;   ///< around it, so that it is seen on any background
};

using Mark = std::variant<PolylineMark, PolygonMark, RectMark, CircleMark, TextMark, HeatmapMark,
                          MeshMark, HatchMark, PulseMark>;

/// Marks drawn together, under one id in formats that have ids.
struct Group {
  std::string id;
  std::optional<Rect> clip;
  std::vector<Mark> marks;
};

/// How data map to a rectangle of the figure, for the mouse: linear, or log10 when `log_y`.
struct PlotArea {
  Rect rect;
  double x_min = 0.0, x_max = 1.0;
  double y_min = 0.0, y_max = 1.0;  ///< in log10 when log_y
  bool log_y = false;
};

/// A part of the figure that lights up with its counterparts elsewhere.
struct HotSpot {
  Rect rect;
  Highlight highlight;
};

struct Figure {
  std::string name;   ///< as in the catalogue, e.g. "loss"
  std::string title;  ///< for people
  double width = 0.0, height = 0.0;
  Color background;
  std::vector<Group> groups;
  std::optional<PlotArea> plot;      ///< of figures with one pair of axes; of several, the first
  std::vector<PlotArea> side_plots;  ///< the others
  std::vector<HotSpot> hot_spots;    ///< those drawn later lie above
};

/// What lies at a point of the figure, the topmost; nothing where there is no hot spot.
inline std::optional<Highlight> highlight_at(const Figure& figure, Point at) {
  for (auto spot = figure.hot_spots.rbegin(); spot != figure.hot_spots.rend(); ++spot)
    if (spot->rect.contains(at)) return spot->highlight;
  return std::nullopt;
}

}  // namespace backflow::figure
