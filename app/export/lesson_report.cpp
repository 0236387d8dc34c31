#include "app/export/lesson_report.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "app/export/svg_canvas.h"
#include "app/export/web_page.h"
#include "app/figure/formula_text.h"
#include "app/lesson/check.h"

namespace backflow::exporting {
namespace {

using lesson::Page;
using session::Snapshot;

std::string live(const std::string& text, const Snapshot& state) {
  return html(lesson::with_values(text, state));
}

std::string formulas(const Page& page, const Snapshot& state, const std::string& id) {
  std::string all;
  for (std::size_t i = 0; i < page.formulas.size(); ++i) {
    figure::Formula formula;
    if (!figure::parse_formula(lesson::with_values(page.formulas[i], state), formula).empty())
      continue;
    const figure::Figure figure =
        figure::formula_figure(formula, figure::Theme::light, 18.0, 420.0);
    std::string element =
        to_svg_element(figure, fmt::format("{}-formula-{}", id, i + 1), "formula");
    // As wide as its letters, not as the column.
    const std::size_t at = element.find("<svg");
    if (at != std::string::npos)
      element.insert(at + 4, fmt::format(" style=\"width: {:.0f}px\"", figure.width));
    all += element;
  }
  return all;
}

std::string question(const lesson::Question& question, const Snapshot& state) {
  std::string choices;
  for (const std::string& choice : question.choices)
    choices += "<li>" + live(choice, state) + "</li>\n";
  return "<p><strong>" + live(question.ask, state) + "</strong></p>\n<ul>" + choices + "</ul>\n";
}

// What the pages ask is answered at the end, on paper too.
std::string answer(const Page& page, std::size_t number, const Snapshot& state) {
  const lesson::Question& question = *page.question;
  return fmt::format(
      "<p><a href=\"#page-{0}\">{0}</a>&ensp;{1}<br><strong>{2}</strong>&ensp;{3}</p>\n", number,
      live(question.ask, state), live(question.choices[question.answer], state),
      live(question.because, state));
}

// The figures that the page is about; the network where it names none.
std::vector<std::string> figures_of(const Page& page) {
  std::vector<std::string> names;
  const lesson::Shown& shown = page.shown;
  if (shown.folded && shown.large.empty()) names.emplace_back("folded");
  if (shown.playhead) names.emplace_back("unrolled");
  if (shown.formulas) names.emplace_back("explanation");
  for (const std::string& name : {shown.map, shown.loss, shown.norm})
    if (!name.empty()) names.push_back(name);
  if (names.empty()) names.emplace_back("unrolled");
  return names;
}

figure::View view_of(const Page& page, const Snapshot& state) {
  figure::View view;
  view.sequence = page.shown.sequence;
  if (page.shown.pin) view.pinned = figure::Cell{page.shown.pin->first, page.shown.pin->second};
  if (page.shown.playhead)
    view.playhead = figure::Playhead{
        std::min(*page.shown.playhead, figure::playhead_positions(state.record->trace.steps()))};
  return view;
}

std::string section(const Page& page, std::size_t number, const Snapshot& state,
                    figure::Colormap colors) {
  const std::string id = fmt::format("page-{}", number);
  std::string text;
  for (const std::string& paragraph : page.text) text += "<p>" + live(paragraph, state) + "</p>\n";
  text += formulas(page, state, id);
  if (page.question) text += question(*page.question, state);
  std::string attempts;
  for (const std::string& attempt : page.attempts)
    attempts += "<li>" + live(attempt, state) + "</li>\n";
  if (!attempts.empty()) text += "<p class=\"muted\">Try</p>\n<ul>" + attempts + "</ul>\n";
  std::string figures;
  for (const std::string& name : figures_of(page)) {
    const figure::FigureInfo* info = figure::find_figure(name);
    if (info->over_iterations && state.history.size() == 0) continue;
    figures += figure_element(*info, state, view_of(page, state), id + "-" + name, colors);
  }
  return fmt::format(
      "<section id=\"{}\">\n<h2>{}&ensp;{}</h2>\n<div class=\"lesson\"><div>\n{}</div>\n<div>\n{}"
      "</div></div>\n</section>\n",
      id, number, html(page.title), text, figures);
}

}  // namespace

std::string lesson_html(const lesson::Lesson& lesson, const std::string& program,
                        figure::Colormap colors, const std::function<void(std::size_t)>& done) {
  std::string page =
      page_beginning(lesson.title, program) +
      fmt::format("<section>\n<h1>{}</h1>\n<p>{}</p>\n<p class=\"muted\">{}</p>\n</section>\n",
                  html(lesson.title), html(lesson.summary), escaped(program));
  std::string answers;
  for (std::size_t i = 0; i < lesson.pages.size(); ++i) {
    const Snapshot state = lesson::state_of(lesson.pages[i]);
    page += section(lesson.pages[i], i + 1, state, colors);
    if (lesson.pages[i].question) answers += answer(lesson.pages[i], i + 1, state);
    if (done) done(i + 1);
  }
  if (!answers.empty())
    page += "<section id=\"answers\">\n<h2>Answers</h2>\n" + answers + "</section>\n";
  return page + std::string(kPageEnd);
}

}  // namespace backflow::exporting
