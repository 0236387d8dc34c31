#include "app/export/export.h"

#include <algorithm>

#include "app/export/cairo_canvas.h"
#include "app/export/npy_table.h"
#include "app/export/svg_canvas.h"

namespace backflow::exporting {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string csv_of(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                   const figure::View& view) {
  std::string text;
  info.write_csv(snapshot, view, [&text](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace

std::optional<Format> format_of(std::string_view path) {
  for (const Format format : kAllFormats) {
    const std::string_view end = extension(format);
    if (path.size() >= end.size() &&
        std::equal(end.rbegin(), end.rend(), path.rbegin(),
                   [](char ours, char theirs) { return ours == lower(theirs); }))
      return format;
  }
  return std::nullopt;
}

std::string render(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                   const figure::View& view, const Look& look, Format format) {
  if (format == Format::csv) return csv_of(info, snapshot, view);
  if (format == Format::npy) return npy_from_csv(csv_of(info, snapshot, view));
  const figure::Figure figure = figure_of(info, snapshot, view, look);
  const Metadata metadata{figure::plain_caption(info, snapshot, look.program), look.program};
  if (format == Format::svg) return to_svg(figure, metadata);
  if (format == Format::pdf) return to_pdf(figure, metadata);
  return to_png(figure, look.png_scale, metadata);
}

}  // namespace backflow::exporting
