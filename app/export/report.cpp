#include "app/export/report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/export/svg_canvas.h"
#include "app/export/web_page.h"
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

// Figures over iterations have nothing to show before the first.
bool has_something(const figure::FigureInfo& info, const session::Snapshot& snapshot) {
  if (info.name == "dashboard") return false;  // its parts are there
  if (info.of_gates && snapshot.analysis->gates.empty()) return false;
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
  std::string page =
      page_beginning(title + " – gradients through time", program) +
      fmt::format(
          "<section>\n<h1>{}</h1>\n<p class=\"muted\">Gradients through time, {} hidden units, {} "
          "steps, after {} iterations. {}.</p>\n<p class=\"verdict\">{}</p>\n",
          escaped(title), snapshot.record->model.parameters.hidden_size(),
          snapshot.record->trace.steps(), figure::grouped(snapshot.iteration), escaped(program),
          escaped(gradient::verdict(analysis.decay, analysis.bound)));
  if (snapshot.divergence)
    page += fmt::format("<p>Training stopped at iteration {}: {}.</p>\n",
                        snapshot.divergence->iteration,
                        escaped(training::describe(*snapshot.divergence)));
  page += "</section>\n" + results(snapshot) + "<div class=\"figures\">\n";
  figure::View view;
  view.sequence = analysis.norms.sequence;
  for (const figure::FigureInfo& info : figure::catalogue())
    if (has_something(info, snapshot))
      page += figure_element(info, snapshot, view, info.name, colors);
  return page + "</div>\n" + settings(snapshot.config) + std::string(kPageEnd);
}

}  // namespace backflow::exporting
