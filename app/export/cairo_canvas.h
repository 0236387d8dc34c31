// Figures as PNG and PDF, drawn by Cairo.
#pragma once

#include <string>

#include "app/export/gif_writer.h"
#include "app/export/metadata.h"
#include "app/figure/canvas.h"

using cairo_t = struct _cairo;

namespace backflow::exporting {

/// Draws onto a Cairo context whose user space is in figure units. Does not own the context.
class CairoCanvas final : public figure::Canvas {
public:
  explicit CairoCanvas(cairo_t* context);

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

private:
  void image(std::span<const unsigned char> pixels, int width, int height, const figure::Rect& rect,
             bool smooth);
  void set_color(const figure::Color& color);
  void stroke(const figure::Stroke& stroke);
  void paint(const std::optional<figure::Color>& fill, const std::optional<figure::Stroke>& line);

  cairo_t* context_;
};

/// The bytes of a PNG file, `scale` pixels per figure unit, at least 1 × 1, that knows its size on
/// paper. Throws std::runtime_error when there is no memory for it.
std::string to_png(const figure::Figure& figure, double scale, const Metadata& metadata = {});

/// The same picture as pixels; an opaque background is expected.
Raster rasterize(const figure::Figure& figure, double scale);

/// The bytes of a PDF file of one page, with text that can be selected and searched and its letters
/// inside. Its date is always the same, so that the same figure gives the same bytes.
std::string to_pdf(const figure::Figure& figure, const Metadata& metadata = {});

}  // namespace backflow::exporting
