#include "app/lesson/check.h"

#include <cmath>

#include <fmt/format.h>

#include "app/figure/catalogue.h"
#include "app/session/analysis.h"
#include "app/session/session.h"

namespace backflow::lesson {
namespace {

session::Snapshot state_at(const config::Config& config, std::uint64_t iterations,
                           const session::AnalysisOptions& analysis) {
  session::Session session(config);
  session.execute(session::SetAnalysis{session::with_config(analysis, config)});
  session.execute(
      session::StartAnew{std::make_shared<const config::Config>(config), iterations, {}});
  while (session.wants_to_iterate()) session.iterate();
  session.refresh();
  session::Snapshot snapshot = session.snapshot();
  session::attach(session::analyse(snapshot.record, session.analysis_options()), snapshot);
  return snapshot;
}

bool holds(const Expectation& expectation, double ours, double expected) {
  switch (expectation.rule) {
    case Expectation::Rule::near:
      return std::abs(ours - expected) <= expectation.within * std::abs(expected);
    case Expectation::Rule::below:
      return ours < expected;
    case Expectation::Rule::above:
      return ours > expected;
  }
  return false;
}

std::string rule_text(const Expectation& expectation) {
  switch (expectation.rule) {
    case Expectation::Rule::near:
      return fmt::format("within {:.3g} % of ", 100.0 * expectation.within);
    case Expectation::Rule::below:
      return "below ";
    case Expectation::Rule::above:
      return "above ";
  }
  return {};
}

}  // namespace

session::AnalysisOptions analysis_of(const Page& page) {
  session::AnalysisOptions options;
  options.sequence = page.shown.sequence;
  options.block = page.shown.state;
  for (const std::string& name : {page.shown.map, page.shown.loss, page.shown.norm})
    if (const figure::FigureInfo* info = figure::find_figure(name); info != nullptr)
      figure::ask_for(*info, options);
  if (page.shown.pin) options.product = {page.shown.pin->first, page.shown.pin->second};
  return session::with_config(options, page.config);
}

session::Snapshot state_of(const Page& page) {
  return state_at(page.config, page.iterations, analysis_of(page));
}

std::vector<Outcome> check(const Page& page, const session::Snapshot& state) {
  std::vector<Outcome> outcomes;
  const OtherState* known = nullptr;  // whose state `other` is
  session::Snapshot other;
  for (const Expectation& expectation : page.expectations) {
    const OtherState* wanted = expectation.other ? &*expectation.other : nullptr;
    if (wanted != nullptr && (known == nullptr || known->text != wanted->text)) {
      session::AnalysisOptions analysis = analysis_of(page);
      analysis.sequence = wanted->sequence;
      other = state_at(wanted->config, wanted->iterations, analysis);
      known = wanted;
    }
    const double ours = session::value_of(expectation.quantity, wanted != nullptr ? other : state);
    Outcome outcome{&expectation, ours, 0.0, false};
    const auto* number = std::get_if<double>(&expectation.value);
    outcome.expected =
        number != nullptr
            ? *number
            : session::value_of(std::get<session::Quantity>(expectation.value), state);
    outcome.passed = holds(expectation, outcome.ours, outcome.expected);
    outcomes.push_back(outcome);
  }
  return outcomes;
}

std::string sentence(const Outcome& outcome) {
  const Expectation& expectation = *outcome.expectation;
  const bool other = std::holds_alternative<session::Quantity>(expectation.value);
  return fmt::format("{}{} = {:.6g}, expected: {}{}{}",
                     expectation.other ? "with " + expectation.other->text + ": " : "",
                     expectation.text, outcome.ours, rule_text(expectation), expectation.value_text,
                     other ? fmt::format(" = {:.6g}", outcome.expected) : "");
}

}  // namespace backflow::lesson
