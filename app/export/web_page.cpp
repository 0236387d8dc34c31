#include "app/export/web_page.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/export/svg_canvas.h"
#include "app/figure/explanation_figure.h"
#include "app/figure/text_markup.h"

namespace backflow::exporting {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light; }
body { margin: 0; background: #eef0f4; color: #1a2030;
       font: 16px/1.5 "DejaVu Sans", Verdana, Arial, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 16px; }
h1 { font-size: 1.6rem; margin: 0 0 4px; }
h2 { font-size: 1.15rem; margin: 0 0 4px; }
p { margin: 4px 0 12px; }
section, figure { background: #fff; border-radius: 8px; padding: 16px; margin: 0 0 16px;
                  box-sizing: border-box; }
.figures { display: grid; grid-template-columns: 1fr 1fr; column-gap: 16px;
           grid-auto-flow: dense; }
.figures .broad { grid-column: span 2; }
figcaption { color: #566074; font-size: 0.9rem; margin: 4px 0 12px; }
.lesson { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); column-gap: 24px; }
.lesson > div { font-size: 1.05rem; }
.lesson figure { padding: 0; margin: 0 0 12px; }
.lesson svg.formula { width: auto; max-width: 100%; margin: 8px 0 12px 12px; }
.verdict { font-size: 1.15rem; font-weight: bold; }
.muted { color: #566074; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
td, th { text-align: left; vertical-align: top; padding: 4px 12px 4px 0;
         border-top: 1px solid #e2e5ec; }
code { font-family: "DejaVu Sans Mono", monospace; font-size: 0.85rem; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; }
svg.wide { margin: 0 auto; }
svg.narrow { display: none; }
@media (max-width: 1000px) {
  .figures, .lesson { display: block; }
}
@media (max-width: 640px) {
  main { padding: 8px; }
  section, figure { padding: 10px; }
  svg.wide { display: none; }
  svg.narrow { display: block; }
  .symbol { display: none; }
}
@media print {
  body { background: #fff; font-size: 10pt; }
  main { max-width: none; padding: 0; }
  section, figure { padding: 0; margin: 0 0 14pt; break-inside: avoid; }
  .figures { display: block; }
  svg.wide { display: block; }
  .settings { break-inside: auto; }
  table { font-size: 8pt; }
  svg.narrow { display: none; }
}
)";

// A page on a wide screen has two columns; broader figures take both.
constexpr double kColumn = 560.0, kBroad = 1000.0, kPhone = 340.0;

bool is_broad(const figure::FigureInfo& info) { return info.default_size.width > 720.0; }

// The sizes of a figure on a wide screen and on a phone.
std::pair<figure::Size, figure::Size> sizes_of(const figure::FigureInfo& info,
                                               const session::Snapshot& snapshot,
                                               const figure::View& view,
                                               const figure::FigureStyle& style) {
  const figure::Size own = info.default_size;
  const double width = is_broad(info) ? kBroad : kColumn;
  figure::Size wide{width, own.height * std::min(1.0, width / own.width)};
  figure::Size narrow{kPhone, std::min(own.height, 0.9 * kPhone)};
  if (info.name == "explanation")
    for (figure::Size* size : {&wide, &narrow})
      size->height = figure::explanation_height(snapshot, view, style, size->width, own.height);
  return {wide, narrow};
}

}  // namespace

std::string html(std::string_view markup) {
  std::string text;
  for (const figure::TextRun& run : figure::layout_text(markup, 1.0).runs) {
    const char* const tag = run.rise < 0.0 ? "sub" : run.rise > 0.0 ? "sup" : nullptr;
    text += tag ? fmt::format("<{0}>{1}</{0}>", tag, escaped(run.text)) : escaped(run.text);
  }
  return text;
}

std::string figure_element(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                           const figure::View& view, std::string_view id, figure::Colormap colors) {
  figure::FigureStyle style;
  style.title = false;
  style.colors = colors;
  const auto [wide, narrow] = sizes_of(info, snapshot, view, style);
  const auto drawing = [&](figure::Size size, const char* variant) {
    return to_svg_element(info.build(snapshot, view, style, size),
                          fmt::format("{}-{}", id, variant), variant);
  };
  return fmt::format("<figure id=\"{}\"{}><h2>{}</h2><figcaption>{}</figcaption>\n{}{}</figure>\n",
                     id, is_broad(info) ? " class=\"broad\"" : "", escaped(info.title),
                     html(figure::subscripts_to_markup(info.description)), drawing(wide, "wide"),
                     drawing(narrow, "narrow"));
}

std::string page_beginning(std::string_view title, std::string_view program) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"{}\">\n<title>{}</title>\n"
      "<style>{}</style>\n</head>\n<body>\n<main>\n",
      escaped(program), escaped(title), kStyle);
}

}  // namespace backflow::exporting
