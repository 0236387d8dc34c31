// The one interface through which figures are drawn: on screen (app/ui), as SVG and through Cairo
// (app/export).
#pragma once

#include <span>
#include <string_view>

#include "app/figure/figure.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {

class Canvas {
public:
  virtual ~Canvas() = default;

  virtual void begin_group(std::string_view id, const std::optional<Rect>& clip) = 0;
  virtual void end_group() = 0;
  virtual void polyline(const PolylineMark& mark) = 0;
  virtual void polygon(const PolygonMark& mark) = 0;
  virtual void rect(const RectMark& mark) = 0;
  virtual void circle(const CircleMark& mark) = 0;
  /// Runs of one text; `baseline` is where the first run starts, alignment already applied.
  virtual void text(Point baseline, std::span<const TextRun> runs, Color color, bool bold) = 0;
  virtual void heatmap(const HeatmapMark& mark) = 0;
  virtual void mesh(const MeshMark& mark) = 0;
  virtual void hatch(const HatchMark& mark) = 0;
  /// As a drop of the mark's colour, by the other functions.
  virtual void pulse(const PulseMark& mark);
};

/// Replays the figure: its background, then its groups in order.
void draw(const Figure& figure, Canvas& canvas);

/// The same without the background.
void draw_groups(const Figure& figure, Canvas& canvas);

/// Where the baseline of a text mark starts, by its alignment and laid-out width.
Point baseline_start(const TextMark& mark, double width);

}  // namespace backflow::figure
