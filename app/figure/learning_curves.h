// What the figures of loss and accuracy have in common: the curve of the training batches, that of
// the validations, and the level of chance (training::chance_level).
#pragma once

#include "app/figure/catalogue.h"
#include "app/figure/plot_axes.h"

namespace backflow::figure {

struct LearningCurves {
  std::string_view symbol;  ///< "L", in tooltips
  training::Series training, validation;
  double chance;  ///< NaN: not known
  Color color;    ///< of the training curve
};

/// The chance levels of the task, loss and number of steps in force now.
training::Chance chance_of(const session::Snapshot& snapshot);

/// The curves that there are, each with its last value. Chance is explained by the note, which has
/// room in the narrowest figure.
std::vector<LegendItem> legend_of(const session::Snapshot& snapshot, const LearningCurves& curves,
                                  const FigureStyle& style);
std::vector<std::string> chance_note(const session::Snapshot& snapshot,
                                     const LearningCurves& curves);

/// Adds the level and the curves to the group.
void add_learning_curves(Group& group, const session::Snapshot& snapshot,
                         const LearningCurves& curves, const Axes& axes, const FigureStyle& style);

/// "iteration,…": one row per iteration; nan where there was no validation. The last column is the
/// level of chance now, nan where it is not known.
void write_learning_csv(const session::Snapshot& snapshot, const LearningCurves& curves,
                        std::string_view header, const CsvSink& sink);

/// The nearest iteration, and the validation before it.
std::string learning_tooltip(const session::Snapshot& snapshot, const LearningCurves& curves,
                             const Figure& figure, Point at);

}  // namespace backflow::figure
