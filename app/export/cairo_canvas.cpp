#include "app/export/cairo_canvas.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include <cairo-pdf.h>

#include "app/export/cairo_handle.h"
#include "app/export/heatmap_pixels.h"
#include "app/export/mesh_pixels.h"
#include "app/export/png_encoder.h"
#include "app/figure/mark_geometry.h"

namespace backflow::exporting {
namespace {

constexpr double kPi = std::numbers::pi, kUnitsPerInch = 96.0;

void add_path(cairo_t* context, const std::vector<figure::Point>& points) {
  cairo_new_path(context);
  for (const figure::Point& p : points) cairo_line_to(context, p.x, p.y);
}

void add_path(cairo_t* context, const figure::Rect& r, double corner_radius) {
  cairo_new_path(context);
  const double radius = std::min({corner_radius, r.width / 2.0, r.height / 2.0});
  if (!(radius > 0.0)) {
    cairo_rectangle(context, r.x, r.y, r.width, r.height);
    return;
  }
  cairo_arc(context, r.right() - radius, r.y + radius, radius, -kPi / 2.0, 0.0);
  cairo_arc(context, r.right() - radius, r.bottom() - radius, radius, 0.0, kPi / 2.0);
  cairo_arc(context, r.x + radius, r.bottom() - radius, radius, kPi / 2.0, kPi);
  cairo_arc(context, r.x + radius, r.y + radius, radius, kPi, 1.5 * kPi);
  cairo_close_path(context);
}

SurfacePtr image_of(const figure::Figure& figure, double scale) {
  const auto pixels = [scale](double length) {
    return static_cast<int>(std::clamp(std::round(length * scale), 1.0, 32767.0));
  };
  SurfacePtr surface = make_image(nullptr, pixels(figure.width), pixels(figure.height));
  const ContextPtr context(cairo_create(surface.get()));
  cairo_scale(context.get(), scale, scale);
  CairoCanvas canvas(context.get());
  figure::draw(figure, canvas);
  require_success(cairo_status(context.get()), "drawing the figure");
  return surface;
}

}  // namespace

CairoCanvas::CairoCanvas(cairo_t* context) : context_(context) {
  // Without hinting, so that widths are those of the layout's table at every scale.
  const FontOptionsPtr options(cairo_font_options_create());
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  cairo_set_font_options(context_, options.get());
  cairo_set_line_join(context_, CAIRO_LINE_JOIN_ROUND);
}

void CairoCanvas::begin_group(std::string_view, const std::optional<figure::Rect>& clip) {
  cairo_save(context_);
  if (!clip) return;
  add_path(context_, *clip, 0.0);
  cairo_clip(context_);
}

void CairoCanvas::end_group() { cairo_restore(context_); }

void CairoCanvas::set_color(const figure::Color& color) {
  cairo_set_source_rgba(context_, color.r / 255.0, color.g / 255.0, color.b / 255.0,
                        color.a / 255.0);
}

void CairoCanvas::stroke(const figure::Stroke& stroke) {
  set_color(stroke.color);
  cairo_set_line_width(context_, stroke.width);
  const auto dashes = figure::dash_lengths(stroke);
  cairo_set_dash(context_, dashes.data(), static_cast<int>(dashes.size()), 0.0);
  cairo_stroke(context_);
}

// Fills and strokes the current path.
void CairoCanvas::paint(const std::optional<figure::Color>& fill,
                        const std::optional<figure::Stroke>& line) {
  if (fill) {
    set_color(*fill);
    cairo_fill_preserve(context_);
  }
  if (line) stroke(*line);
  cairo_new_path(context_);
}

void CairoCanvas::polyline(const figure::PolylineMark& mark) {
  if (mark.points.size() < 2) return;
  add_path(context_, mark.points);
  stroke(mark.stroke);
}

void CairoCanvas::polygon(const figure::PolygonMark& mark) {
  add_path(context_, mark.points);
  cairo_close_path(context_);
  paint(mark.fill, std::nullopt);
}

void CairoCanvas::rect(const figure::RectMark& mark) {
  add_path(context_, mark.rect, mark.corner_radius);
  paint(mark.fill, mark.stroke);
}

void CairoCanvas::circle(const figure::CircleMark& mark) {
  cairo_new_path(context_);
  cairo_arc(context_, mark.center.x, mark.center.y, mark.radius, 0.0, 2.0 * kPi);
  cairo_close_path(context_);
  paint(mark.fill, mark.stroke);
}

void CairoCanvas::text(figure::Point baseline, std::span<const figure::TextRun> runs,
                       figure::Color color, bool bold) {
  cairo_select_font_face(context_, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  set_color(color);
  for (const figure::TextRun& run : runs) {
    cairo_set_font_size(context_, run.size);
    cairo_move_to(context_, baseline.x + run.x, baseline.y - run.rise);
    cairo_show_text(context_, run.text.c_str());
  }
  cairo_new_path(context_);
}

void CairoCanvas::image(std::span<const unsigned char> pixels, int width, int height,
                        const figure::Rect& rect, bool smooth) {
  if (pixels.empty() || !(rect.width > 0.0 && rect.height > 0.0)) return;
  const SurfacePtr surface = make_image(pixels.data(), width, height);
  const PatternPtr pattern(cairo_pattern_create_for_surface(surface.get()));
  cairo_pattern_set_filter(pattern.get(), smooth ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST);
  // So that the outer half of an edge pixel is not mixed with "nothing".
  cairo_pattern_set_extend(pattern.get(), CAIRO_EXTEND_PAD);
  cairo_matrix_t to_pixels;
  cairo_matrix_init_scale(&to_pixels, width / rect.width, height / rect.height);
  cairo_matrix_translate(&to_pixels, -rect.x, -rect.y);
  cairo_pattern_set_matrix(pattern.get(), &to_pixels);
  cairo_set_source(context_, pattern.get());
  add_path(context_, rect, 0.0);
  cairo_fill(context_);
}

void CairoCanvas::heatmap(const figure::HeatmapMark& mark) {
  image(heatmap_pixels(mark, 1), mark.cols, mark.rows, mark.rect, false);
}

void CairoCanvas::mesh(const figure::MeshMark& mark) {
  // As fine as the pixels of the picture; a page has none.
  double along = 1.0, none = 0.0;
  cairo_user_to_device_distance(context_, &along, &none);
  const bool has_pixels =
      cairo_surface_get_type(cairo_get_target(context_)) == CAIRO_SURFACE_TYPE_IMAGE;
  const MeshImage made = mesh_pixels(mark, has_pixels ? along : kMeshPixelsPerUnit);
  image(made.pixels, made.width, made.height, made.rect, true);
}

void CairoCanvas::hatch(const figure::HatchMark& mark) {
  cairo_save(context_);
  add_path(context_, mark.rect, 0.0);
  cairo_clip(context_);
  cairo_new_path(context_);
  for (const auto& [from, to] : figure::hatch_lines(mark)) {
    cairo_move_to(context_, from.x, from.y);
    cairo_line_to(context_, to.x, to.y);
  }
  stroke(mark.stroke);
  cairo_restore(context_);
}

std::string to_png(const figure::Figure& figure, double scale, const Metadata& metadata) {
  return with_metadata(encode_png(image_of(figure, scale).get()), kUnitsPerInch * scale,
                       figure::plain_text(figure.title), metadata);
}

Raster rasterize(const figure::Figure& figure, double scale) {
  const SurfacePtr surface = image_of(figure, scale);
  cairo_surface_flush(surface.get());
  Raster raster{cairo_image_surface_get_width(surface.get()),
                cairo_image_surface_get_height(surface.get()),
                {}};
  const unsigned char* row = cairo_image_surface_get_data(surface.get());
  for (int y = 0; y < raster.height; ++y, row += cairo_image_surface_get_stride(surface.get()))
    for (int x = 0; x < raster.width; ++x) {
      std::uint32_t word = 0;
      std::memcpy(&word, row + 4 * static_cast<std::ptrdiff_t>(x), sizeof word);
      raster.pixels.push_back(word & 0xFFFFFF);
    }
  return raster;
}

std::string to_pdf(const figure::Figure& figure, const Metadata& metadata) {
  constexpr double kPoints = 72.0 / kUnitsPerInch;
  std::string bytes;
  const SurfacePtr surface(cairo_pdf_surface_create_for_stream(
      append_bytes, &bytes, figure.width * kPoints, figure.height * kPoints));
  require_success(cairo_surface_status(surface.get()), "making a page");
  const auto tell = [&](cairo_pdf_metadata_t what, const std::string& text) {
    cairo_pdf_surface_set_metadata(surface.get(), what, text.c_str());
  };
  tell(CAIRO_PDF_METADATA_TITLE, figure::plain_text(figure.title));
  tell(CAIRO_PDF_METADATA_SUBJECT, metadata.description);
  tell(CAIRO_PDF_METADATA_CREATOR, metadata.program);
  tell(CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
  {
    const ContextPtr context(cairo_create(surface.get()));
    cairo_scale(context.get(), kPoints, kPoints);
    CairoCanvas canvas(context.get());
    figure::draw(figure, canvas);
    require_success(cairo_status(context.get()), "drawing the figure");
  }
  cairo_surface_finish(surface.get());
  require_success(cairo_surface_status(surface.get()), "writing a PDF");
  return bytes;
}

}  // namespace backflow::exporting
