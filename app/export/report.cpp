#include "app/export/report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/export/svg_canvas.h"
#include "app/figure/caption.h"
#include "app/figure/catalogue.h"
#include "app/figure/explanation_figure.h"
#include "app/figure/gradient_norm_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/figure/vanishing_condition.h"
#include "core/config/keys.h"
#include "core/training/divergence.h"

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
  .figures { display: block; }
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

std::string html(std::string_view markup) {
  std::string text;
  for (const figure::TextRun& run : figure::layout_text(markup, 1.0).runs) {
    const char* const tag = run.rise < 0.0 ? "sub" : run.rise > 0.0 ? "sup" : nullptr;
    text += tag ? fmt::format("<{0}>{1}</{0}>", tag, escaped(run.text)) : escaped(run.text);
  }
  return text;
}

std::string row(const std::string& name, const std::string& value) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", name, value);
}

std::string last_value(const training::HistoryView& history, training::Series series) {
  for (std::size_t i = history.size(); i-- > 0;) {
    const double value = history.value(series, i);
    if (std::isnan(value)) continue;
    const std::string text = series == training::Series::accuracy
                                 ? fmt::format("{:.1f} %", 100.0 * value)
                                 : html(figure::compact(value));
    return i + 1 == history.size() ? text
                                   : text + fmt::format(" at iteration {}", figure::grouped(i));
  }
  return {};
}

// What came of the run, in numbers.
std::string results(const session::Snapshot& snapshot) {
  using training::Series;
  const session::Analysis& analysis = *snapshot.analysis;
  std::string rows = row("Iterations", figure::grouped(snapshot.iteration));
  for (const auto& [name, series] : {std::pair("Training loss", Series::loss),
                                     std::pair("Validation loss", Series::validation_loss),
                                     std::pair("Accuracy", Series::accuracy)})
    if (const std::string value = last_value(snapshot.history, series); !value.empty())
      rows += row(name, value);
  rows += row("Clipping", escaped(figure::clipping_summary(snapshot)));
  rows += row("Spectral radius ρ", html(figure::compact(analysis.spectral_radius)));
  rows += row("Largest singular value σ<sub>1</sub>",
              html(figure::compact(analysis.largest_singular_value)));
  for (const auto& wordings : figure::vanishing_condition(analysis))
    rows += row("Vanishing", html(wordings.front()));
  return "<section><h2>Results</h2><table>\n" + rows + "</table></section>\n";
}

std::string title_of(const config::Key& key, const std::string& value) {
  for (const config::Choice& choice : key.choices)
    if (choice.name == value) return choice.title;
  return value;
}

std::string settings(const config::Config& config) {
  const config::Config defaults;
  std::string rows;
  for (const config::Key& key : config::keys()) {
    if (!config::applies(key, config)) continue;
    const std::string value = key.get(config);
    const bool changed = value != key.get(defaults);
    const std::string shown = escaped(title_of(key, value));
    rows += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"symbol\">{}</td><td>{}</td><td><code>{}</code>"
        "</td></tr>\n",
        escaped(key.title), html(key.symbol), changed ? "<strong>" + shown + "</strong>" : shown,
        escaped(key.name + "=" + value));
  }
  return "<section class=\"settings\"><h2>Settings</h2><p class=\"muted\">Bold: not the default. "
         "The last column is "
         "what "
         "<code>backflow --set</code> takes.</p><table>\n" +
         rows + "</table></section>\n";
}

// A page on a wide screen has two columns; broader figures take both.
constexpr double kColumn = 560.0, kBroad = 1000.0, kPhone = 340.0;

bool is_broad(const figure::FigureInfo& info) { return info.default_size.width > 720.0; }

// The sizes of a figure on a wide screen and on a phone.
std::pair<figure::Size, figure::Size> sizes_of(const figure::FigureInfo& info,
                                               const session::Snapshot& snapshot,
                                               const figure::FigureStyle& style) {
  const figure::Size own = info.default_size;
  const double width = is_broad(info) ? kBroad : kColumn;
  figure::Size wide{width, own.height * std::min(1.0, width / own.width)};
  figure::Size narrow{kPhone, std::min(own.height, 0.9 * kPhone)};
  if (info.name == "explanation")
    for (figure::Size* size : {&wide, &narrow})
      size->height = figure::explanation_height(snapshot, {}, style, size->width, own.height);
  return {wide, narrow};
}

std::string figure_of(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                      figure::Colormap colors) {
  figure::FigureStyle style;
  style.title = false;
  style.colors = colors;
  const auto [wide, narrow] = sizes_of(info, snapshot, style);
  const auto drawing = [&](figure::Size size, const char* variant) {
    return to_svg_element(info.build(snapshot, {}, style, size),
                          fmt::format("{}-{}", info.name, variant), variant);
  };
  return fmt::format("<figure id=\"{}\"{}><h2>{}</h2><figcaption>{}</figcaption>\n{}{}</figure>\n",
                     info.name, is_broad(info) ? " class=\"broad\"" : "", escaped(info.title),
                     html(figure::subscripts_to_markup(info.description)), drawing(wide, "wide"),
                     drawing(narrow, "narrow"));
}

// Figures over iterations have nothing to show before the first.
bool has_something(const figure::FigureInfo& info, const session::Snapshot& snapshot) {
  if (info.name == "dashboard") return false;  // its parts are there
  return !info.over_iterations || snapshot.history.size() > 0;
}

}  // namespace

std::string report_html(const session::Snapshot& snapshot, const std::string& program,
                        figure::Colormap colors) {
  const session::Analysis& analysis = *snapshot.analysis;
  const std::string task =
      title_of(*config::find_key("task.name"), config::find_key("task.name")->get(snapshot.config));
  const std::string cell = title_of(*config::find_key("model.cell"),
                                    config::find_key("model.cell")->get(snapshot.config));
  const std::string title = fmt::format("{}, {}", cell, task);
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"{0}\">\n<title>{1} – gradients through time</title>\n"
      "<style>{2}</style>\n</head>\n<body>\n<main>\n<section>\n<h1>{1}</h1>\n"
      "<p class=\"muted\">Gradients through time, {3} hidden units, {4} steps, after {5} "
      "iterations. "
      "{0}.</p>\n<p class=\"verdict\">{6}</p>\n",
      escaped(program), escaped(title), kStyle, snapshot.record->model.parameters.hidden_size(),
      snapshot.record->trace.steps(), figure::grouped(snapshot.iteration),
      escaped(gradient::verdict(analysis.decay, analysis.bound)));
  if (snapshot.divergence)
    page += fmt::format("<p>Training stopped at iteration {}: {}.</p>\n",
                        snapshot.divergence->iteration,
                        escaped(training::describe(*snapshot.divergence)));
  page += "</section>\n" + results(snapshot) + "<div class=\"figures\">\n";
  for (const figure::FigureInfo& info : figure::catalogue())
    if (has_something(info, snapshot)) page += figure_of(info, snapshot, colors);
  return page + "</div>\n" + settings(snapshot.config) + "</main>\n</body>\n</html>\n";
}

}  // namespace backflow::exporting
