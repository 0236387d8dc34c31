#include "app/export/export.h"

#include <algorithm>

#include "app/export/cairo_canvas.h"
#include "app/export/svg_canvas.h"

namespace backflow::exporting {
namespace {

constexpr double kPngScale = 2.0;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string_view extension(Format format) {
  switch (format) {
    case Format::svg:
      return ".svg";
    case Format::png:
      return ".png";
    case Format::csv:
      break;
  }
  return ".csv";
}

std::optional<Format> format_of(std::string_view path) {
  for (const Format format : {Format::svg, Format::png, Format::csv}) {
    const std::string_view end = extension(format);
    if (path.size() >= end.size() &&
        std::equal(end.rbegin(), end.rend(), path.rbegin(),
                   [](char ours, char theirs) { return ours == lower(theirs); }))
      return format;
  }
  return std::nullopt;
}

std::string render(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                   const figure::View& view, const figure::FigureStyle& style, figure::Size size,
                   Format format) {
  if (format == Format::csv) {
    std::string text;
    info.write_csv(snapshot, view, [&text](std::string_view piece) { text += piece; });
    return text;
  }
  const figure::Figure figure = info.build(snapshot, view, style, size);
  return format == Format::svg ? to_svg(figure) : to_png(figure, kPngScale);
}

}  // namespace backflow::exporting
