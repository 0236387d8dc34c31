#include "app/figure/learning_curves.h"

#include <cmath>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/number_format.h"
#include "core/config/config.h"

namespace backflow::figure {
namespace {

// Told apart by colour and by dash. Validation is thinner: it lies on the training curve often.
Stroke training_stroke(const LearningCurves& curves) { return {curves.color, 2.2}; }
Stroke validation_stroke(const Palette& colors) { return {colors.threshold, 1.8, Dash::dashed}; }
Stroke chance_stroke(const Palette& colors) { return {colors.muted_text, 1.2, Dash::dotted}; }

// "\nA: L = 0.31, validation at 40: 0.35".
std::string value_of_side(const CurveSide& side, const LearningCurves& curves, std::size_t i) {
  const training::HistoryView& history = side.snapshot->history;
  std::string text = "\n" + side.name + ": ";
  if (i >= history.size()) return text + "not that far";
  text += fmt::format("{} = {}", curves.symbol, compact(history.value(curves.training, i)));
  if (const auto last = last_finite(history, curves.validation, i + 1))
    text += fmt::format(", validation at {}: {}", grouped(*last),
                        compact(history.value(curves.validation, *last)));
  return text;
}

}  // namespace

training::Chance chance_of(const session::Snapshot& snapshot) {
  return training::chance_level(snapshot.config.task, config::effective_loss(snapshot.config));
}

std::vector<LegendItem> legend_of(const session::Snapshot& snapshot, const LearningCurves& curves,
                                  const FigureStyle& style) {
  const training::HistoryView& history = snapshot.history;
  if (snapshot.other) {
    const auto sides = curve_sides(snapshot, palette(style.theme));
    return compared_legend(sides, curves.training, "", &CurveSide::stroke);
  }
  std::vector<LegendItem> legend;
  const auto add = [&](const char* name, training::Series series, const Stroke& stroke) {
    const auto last = last_finite(history, series, history.size());
    if (!last) return;
    // An older one says when it was, so that nobody compares it with the newest of the other.
    const std::string when = *last + 1 < history.size() ? " at " + grouped(*last) : std::string();
    legend.push_back({name + compact(history.value(series, *last)) + when, stroke});
  };
  add("training ", curves.training, training_stroke(curves));
  add("validation ", curves.validation, validation_stroke(palette(style.theme)));
  add_ghosts_to_legend(legend, snapshot, curves.color, style);
  return legend;
}

std::vector<std::string> chance_note(const session::Snapshot& snapshot,
                                     const LearningCurves& curves) {
  std::vector<std::string> notes;
  if (std::isfinite(curves.chance))
    notes = {"dotted: by chance " + compact(curves.chance), "dotted: by chance"};
  if (!snapshot.other || !last_finite(snapshot.history, curves.validation, snapshot.history.size()))
    return notes;
  // Of two networks the legend has the training curves alone.
  const std::string thin = "thin: validation";
  if (notes.empty()) return {thin};
  notes.insert(notes.begin(), thin + ", " + notes.front());
  return notes;
}

void add_learning_curves(Group& group, const session::Snapshot& snapshot,
                         const LearningCurves& curves, const Axes& axes, const FigureStyle& style) {
  const Palette& colors = palette(style.theme);
  if (std::isfinite(curves.chance) && (!axes.area.log_y || curves.chance > 0.0)) {
    const double y = axes.y(curves.chance);
    group.marks.push_back(
        PolylineMark{{{axes.area.rect.x, y}, {axes.area.rect.right(), y}}, chance_stroke(colors)});
  }
  if (snapshot.other) {
    const auto sides = curve_sides(snapshot, colors);
    for (const CurveSide& side : sides)
      add_curve(group, side.snapshot->history, curves.validation, axes, side.faint, Gaps::joined);
    for (const CurveSide& side : sides)
      add_curve(group, side.snapshot->history, curves.training, axes, side.stroke);
    return;
  }
  add_ghosts(group, snapshot, curves.training, axes, curves.color, style);
  add_curve(group, snapshot.history, curves.training, axes, training_stroke(curves));
  add_curve(group, snapshot.history, curves.validation, axes, validation_stroke(colors),
            Gaps::joined);
}

void write_learning_csv(const session::Snapshot& snapshot, const LearningCurves& curves,
                        std::string_view header, const CsvSink& sink) {
  sink(header);
  for (std::size_t i = 0; i < snapshot.history.size(); ++i)
    sink(fmt::format("{},{},{},{}\n", i, csv_number(snapshot.history.value(curves.training, i)),
                     csv_number(snapshot.history.value(curves.validation, i)),
                     csv_number(curves.chance)));
}

std::string learning_tooltip(const session::Snapshot& snapshot, const LearningCurves& curves,
                             const Figure& figure, Point at) {
  const training::HistoryView& history = snapshot.history;
  const auto i = iteration_at(figure, longest_curve(snapshot), at);
  if (!i) return {};
  std::string text = fmt::format("iteration {}", grouped(*i));
  if (snapshot.other) {
    for (const CurveSide& side : curve_sides(snapshot, palette(Theme::light)))
      text += value_of_side(side, curves, *i);
    if (std::isfinite(curves.chance)) text += "\nby chance: " + compact(curves.chance);
    return text;
  }
  if (*i >= history.size()) return text + ghost_values(snapshot, curves.training, *i);
  if (const double value = history.value(curves.training, *i);
      !std::isnan(value) || curves.training == training::Series::loss)
    text += fmt::format("\n{} = {}", curves.symbol, compact(value));
  text += ghost_values(snapshot, curves.training, *i);
  if (const auto last = last_finite(history, curves.validation, *i + 1))
    text += fmt::format("\nvalidation at {}: {}", grouped(*last),
                        compact(history.value(curves.validation, *last)));
  if (std::isfinite(curves.chance)) text += "\nby chance: " + compact(curves.chance);
  return text;
}

}  // namespace backflow::figure
