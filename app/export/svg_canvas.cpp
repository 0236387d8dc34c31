#include "app/export/svg_canvas.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "app/export/base64.h"
#include "app/export/heatmap_pixels.h"
#include "app/export/mesh_pixels.h"
#include "app/export/png_encoder.h"
#include "app/figure/mark_geometry.h"

namespace backflow::exporting {
namespace {

// A heatmap's image has about this many pixels per figure unit, and no more than that per side.
constexpr double kImagePixelsPerUnit = 4.0;
constexpr double kMaxImageSide = 2000.0;

// At most `decimals` digits after the point, none of them a trailing zero.
std::string number(double value, int decimals = 2) {
  if (!std::isfinite(value)) return "0";
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

// ` fill="#0e7490" fill-opacity="0.5"`; `what` is "fill" or "stroke".
std::string color_attributes(std::string_view what, const figure::Color& color) {
  std::string text = fmt::format(" {}=\"#{:02x}{:02x}{:02x}\"", what, color.r, color.g, color.b);
  if (color.a < 255) text += fmt::format(" {}-opacity=\"{}\"", what, number(color.a / 255.0, 3));
  return text;
}

std::string stroke_attributes(const figure::Stroke& stroke) {
  std::string text = color_attributes("stroke", stroke.color);
  if (stroke.width != 1.0) text += fmt::format(" stroke-width=\"{}\"", number(stroke.width));
  std::string dashes;
  for (const double length : figure::dash_lengths(stroke))
    dashes += (dashes.empty() ? "" : " ") + number(length);
  if (!dashes.empty()) text += " stroke-dasharray=\"" + dashes + '"';
  return text;
}

std::string paint_attributes(const std::optional<figure::Color>& fill,
                             const std::optional<figure::Stroke>& stroke) {
  return (fill ? color_attributes("fill", *fill) : std::string(" fill=\"none\"")) +
         (stroke ? stroke_attributes(*stroke) : std::string());
}

std::string rect_attributes(const figure::Rect& rect) {
  return fmt::format(" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", number(rect.x),
                     number(rect.y), number(rect.width), number(rect.height));
}

std::string points_attribute(const std::vector<figure::Point>& points) {
  std::string text = " points=\"";
  for (const figure::Point& point : points) {
    if (&point != &points.front()) text += ' ';
    text += number(point.x) + ',' + number(point.y);
  }
  return text + '"';
}

// Names as XML has them, so that ids can be used in CSS and links.
std::string xml_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool inner = (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (name.empty() && !letter) name += '_';
    if (letter || inner || !name.empty()) name += letter || inner ? c : '-';
  }
  return name.empty() ? "_" : name;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n')
      result += c;  // XML has no other control characters, not even escaped
  }
  return result;
}

std::string SvgCanvas::unique_id(std::string_view wanted) {
  const std::string base = xml_name(wanted);
  std::string id = base;
  for (int i = 2; !ids_.insert(id).second; ++i) id = fmt::format("{}-{}", base, i);
  return id;
}

void SvgCanvas::begin_group(std::string_view id, const std::optional<figure::Rect>& clip) {
  std::string attributes;
  if (clip) {
    const std::string clip_id = unique_id(fmt::format("{}-clip-{}", prefix_, ++clips_));
    out_ +=
        fmt::format("<clipPath id=\"{}\"><rect{}/></clipPath>\n", clip_id, rect_attributes(*clip));
    attributes = fmt::format(" clip-path=\"url(#{})\"", clip_id);
  }
  out_ += fmt::format(
      "<g id=\"{}\"{}>\n",
      unique_id(kind_ == Ids::of_a_page ? fmt::format("{}-{}", prefix_, id) : std::string(id)),
      attributes);
}

void SvgCanvas::end_group() { out_ += "</g>\n"; }

void SvgCanvas::polyline(const figure::PolylineMark& mark) {
  if (mark.points.size() < 2) return;
  out_ += "<polyline" + points_attribute(mark.points) +
          paint_attributes(std::nullopt, mark.stroke) + " stroke-linejoin=\"round\"/>\n";
}

void SvgCanvas::polygon(const figure::PolygonMark& mark) {
  out_ += "<polygon" + points_attribute(mark.points) + color_attributes("fill", mark.fill) + "/>\n";
}

void SvgCanvas::rect(const figure::RectMark& mark) {
  out_ += "<rect" + rect_attributes(mark.rect);
  if (mark.corner_radius > 0.0) out_ += fmt::format(" rx=\"{}\"", number(mark.corner_radius));
  out_ += paint_attributes(mark.fill, mark.stroke) + "/>\n";
}

void SvgCanvas::circle(const figure::CircleMark& mark) {
  out_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>\n", number(mark.center.x),
                      number(mark.center.y), number(mark.radius),
                      paint_attributes(mark.fill, mark.stroke));
}

void SvgCanvas::text(figure::Point baseline, std::span<const figure::TextRun> runs,
                     figure::Color color, bool bold) {
  if (runs.empty()) return;
  // Spaces count, so there are none between the elements.
  out_ += "<text xml:space=\"preserve\"" + color_attributes("fill", color);
  if (bold) out_ += " font-weight=\"bold\"";
  out_ += '>';
  for (const figure::TextRun& run : runs)
    out_ += fmt::format("<tspan x=\"{}\" y=\"{}\" font-size=\"{}\">{}</tspan>",
                        number(baseline.x + run.x), number(baseline.y - run.rise), number(run.size),
                        escaped(run.text));
  out_ += "</text>\n";
}

void SvgCanvas::heatmap(const figure::HeatmapMark& mark) {
  if (mark.rows <= 0 || mark.cols <= 0) return;
  // Viewers that smooth images then blur a thin seam between cells rather than whole cells.
  const double side =
      std::min(kMaxImageSide, kImagePixelsPerUnit * std::max(mark.rect.width, mark.rect.height));
  // Rounding must not decide where the quotient is whole: the same figure gives the same file.
  const int factor = std::max(1, static_cast<int>(side / std::max(mark.rows, mark.cols) + 1e-6));
  const auto pixels = heatmap_pixels(mark, factor);
  if (pixels.empty()) return;
  out_ += "<image" + rect_attributes(mark.rect) +
          " preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\""
          " style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64," +
          to_base64(encode_png(pixels, mark.cols * factor, mark.rows * factor)) + "\"/>\n";
}

void SvgCanvas::mesh(const figure::MeshMark& mark) {
  const MeshImage image = mesh_pixels(mark, kMeshPixelsPerUnit);
  if (image.pixels.empty()) return;
  out_ += "<image" + rect_attributes(image.rect) +
          " preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64," +
          to_base64(encode_png(image.pixels, image.width, image.height)) + "\"/>\n";
}

void SvgCanvas::hatch(const figure::HatchMark& mark) {
  const auto lines = figure::hatch_lines(mark);
  if (lines.empty()) return;
  out_ += "<path d=\"";
  for (const auto& [from, to] : lines)
    out_ += fmt::format("M{} {}L{} {}", number(from.x), number(from.y), number(to.x), number(to.y));
  out_ += "\" fill=\"none\"" + stroke_attributes(mark.stroke) + "/>\n";
}

std::string to_svg_element(const figure::Figure& figure, const std::string& prefix,
                           const std::string& css_class) {
  SvgCanvas canvas(xml_name(prefix), SvgCanvas::Ids::of_a_page);
  figure::draw(figure, canvas);
  return fmt::format(
      "<svg class=\"{0}\" viewBox=\"0 0 {1} {2}\" style=\"max-width:{1}px\" role=\"img\" "
      "aria-label=\"{3}\" "
      "font-family=\"DejaVu Sans, Verdana, sans-serif\">\n{4}</svg>\n",
      css_class, number(figure.width), number(figure.height),
      escaped(figure::plain_text(figure.title)), canvas.elements());
}

std::string to_svg(const figure::Figure& figure, const Metadata& metadata) {
  SvgCanvas canvas(xml_name(figure.name));
  figure::draw(figure, canvas);
  const std::string width = number(figure.width), height = number(figure.height);
  std::string svg = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
      "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
      "font-family=\"DejaVu Sans, Verdana, sans-serif\">\n<title>{2}</title>\n",
      width, height, escaped(figure::plain_text(figure.title)));
  if (!metadata.description.empty())
    svg += fmt::format("<desc>{}</desc>\n", escaped(metadata.description));
  svg += canvas.elements();
  return svg + "</svg>\n";
}

}  // namespace backflow::exporting
