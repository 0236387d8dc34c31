#include "app/ui/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>

#include "app/figure/curve.h"
#include "app/figure/number_format.h"
#include "app/figure/source.h"

namespace backflow::ui {
namespace {

using training::Series;

// "98 %"; a decimal where it tells apart from none and all.
std::string percent(double share) {
  const double value = 100.0 * share;
  if (value > 0.0 && value < 0.1) return "<0.1 %";
  const bool near_an_end = (value > 0.0 && value < 1.0) || (value > 99.0 && value < 100.0);
  return figure::fixed(value, near_an_end ? 1 : 0) + " %";
}

// "accuracy 98 % (chance 50 %)", or against chance by the loss alone where there is no right.
void add_accuracy(std::vector<Measure>& list, const session::Snapshot& snapshot,
                  const training::Chance& chance) {
  const double accuracy = snapshot.record->accuracy;
  std::string loss = "loss L = " + figure::compact(snapshot.record->trace.loss);
  if (!std::isnan(chance.loss))
    loss += ", by chance " + figure::compact(chance.loss) +
            " (the best answer that ignores the inputs)";
  if (std::isnan(accuracy)) {
    if (!std::isnan(chance.loss))
      list.push_back({"loss of chance " + figure::compact(chance.loss), loss});
    return;
  }
  std::string text = "accuracy " + percent(accuracy);
  if (!std::isnan(chance.accuracy)) text += " (chance " + percent(chance.accuracy) + ")";
  const double tolerance = training::task_info(snapshot.config.task).tolerance;
  const std::string right =
      std::isnan(tolerance)
          ? std::string()
          : "; an answer within " + figure::compact(tolerance) + " of the target is right";
  list.push_back({text, text + " in this iteration's batch" + right + ";  " + loss});
}

// The network that was opened, and what else is to be known of it.
void add_source(std::vector<Measure>& list, const config::Config& config) {
  const std::string name = figure::source_name(config);
  if (name.empty()) return;
  std::string help = figure::source_text(config);
  for (const std::string& note : config.model.file.stored->notes) help += "\n" + note;
  list.push_back({name, help});
}

// A text's loss as it is usually told; nothing where sequences differ in how many they ask for.
double bits_per_character(const session::Snapshot& snapshot, double loss) {
  const model::Batch& batch = snapshot.record->batch;
  if (snapshot.config.task.kind != training::TaskKind::next_character ||
      batch.weights.count() > 0 ||
      config::effective_loss(snapshot.config) != model::Loss::categorical_cross_entropy)
    return std::numeric_limits<double>::quiet_NaN();
  return loss / static_cast<double>(batch.targets.count()) / std::numbers::ln2;
}

void add_bits(std::vector<Measure>& list, const session::Snapshot& snapshot) {
  const double bits = bits_per_character(snapshot, snapshot.record->trace.loss);
  if (std::isnan(bits)) return;
  std::string text = figure::fixed(bits, 2) + " bits per character";
  std::string help = text + " in this iteration's batch";
  const auto last =
      figure::last_finite(snapshot.history, Series::validation_loss, snapshot.history.size());
  if (last)
    help += fmt::format(
        ", {} on text never trained with, after iteration {}",
        figure::fixed(
            bits_per_character(snapshot, snapshot.history.value(Series::validation_loss, *last)),
            2),
        figure::grouped(*last));
  list.push_back({text, help});
}

void add_validation(std::vector<Measure>& list, const training::HistoryView& history) {
  const auto last = figure::last_finite(history, Series::validation_loss, history.size());
  if (!last) return;
  const double accuracy = history.value(Series::validation_accuracy, *last);
  std::string text =
      "validation L = " + figure::compact(history.value(Series::validation_loss, *last));
  if (!std::isnan(accuracy)) text += ", " + percent(accuracy);
  // So that nobody compares it with the loss of a later iteration.
  list.push_back({text + " at " + figure::grouped(*last),
                  fmt::format("{} on data never trained with, after iteration {}", text,
                              figure::grouped(*last))});
}

void add_truncation(std::vector<Measure>& list, const training::IterationRecord& record) {
  if (!record.truncation) return;
  const training::TruncationReport& report = *record.truncation;
  if (std::isnan(report.relative_error)) {
    list.push_back({"truncated", "truncated gradient: the full one is 0"});
    return;
  }
  const double degrees = report.angle * 180.0 / std::numbers::pi;
  const std::string angle =
      degrees > 0.0 && degrees < 1.0 ? "<1°" : figure::fixed(degrees, 0) + "°";
  list.push_back(
      {"truncated: " + angle + ", error " + percent(report.relative_error),
       fmt::format("truncated gradient: {} away from the one of full BPTT, whose norm "
                   "is {}; relative error {}",
                   angle, figure::compact(report.full_norm), percent(report.relative_error))});
}

void add_penalties(std::vector<Measure>& list, const training::IterationRecord& record) {
  const training::RegularizerOptions& options = record.options.regularizer;
  if (options.omega > 0.0)
    list.push_back({"Ω = " + figure::compact(record.omega),
                    fmt::format("Ω = {}: how much ‖∂L/∂h_{{t}}‖ changes from step to step; with "
                                "its weight {}",
                                figure::compact(record.omega),
                                figure::compact(options.omega * record.omega))});
  if (options.l2 > 0.0)
    list.push_back({"penalty " + figure::compact(record.penalty),
                    "L2 penalty ½λ‖W‖² = " + figure::compact(record.penalty)});
}

}  // namespace

std::vector<Measure> measures(const session::Snapshot& snapshot) {
  const config::Config& config = snapshot.config;
  const training::Chance chance =
      training::chance_level(config.task, config::effective_loss(config));
  std::vector<Measure> list;
  add_source(list, config);
  add_truncation(list, *snapshot.record);
  if (config::has_targets(config)) add_accuracy(list, snapshot, chance);
  add_bits(list, snapshot);
  add_penalties(list, *snapshot.record);
  add_validation(list, snapshot.history);
  return list;
}

}  // namespace backflow::ui
