#include "app/ui/measures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "app/figure/number_format.h"

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
  list.push_back({text, text + " in this iteration's batch;  " + loss});
}

void add_validation(std::vector<Measure>& list, const training::HistoryView& history) {
  const auto last = last_validation(history);
  if (!last) return;
  const double accuracy = history.value(Series::validation_accuracy, *last);
  std::string text =
      "validation L = " + figure::compact(history.value(Series::validation_loss, *last));
  if (!std::isnan(accuracy)) text += ", " + percent(accuracy);
  list.push_back({text, fmt::format("{} on data never trained with, after iteration {}", text,
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

std::optional<std::size_t> last_validation(const training::HistoryView& history) {
  const auto any = [&](std::size_t begin, std::size_t end) {
    const training::MinMax range = history.min_max(Series::validation_loss, begin, end);
    return range.any;
  };
  // Ever longer ends of the curve until one has a value, then halves of that one.
  std::size_t begin = history.size(), end = begin;
  for (std::size_t length = 32; begin > 0; length *= 2) {
    end = begin;
    begin -= std::min(begin, length);
    if (any(begin, end)) break;
    if (begin == 0) return std::nullopt;
  }
  if (begin == end) return std::nullopt;
  while (end - begin > 1) {
    const std::size_t middle = begin + (end - begin) / 2;
    if (any(middle, end))
      begin = middle;
    else
      end = middle;
  }
  return begin;
}

std::vector<Measure> measures(const session::Snapshot& snapshot) {
  const config::Config& config = snapshot.config;
  const training::Chance chance =
      training::chance_level(config.task, config::effective_loss(config));
  std::vector<Measure> list;
  add_truncation(list, *snapshot.record);
  add_accuracy(list, snapshot, chance);
  add_penalties(list, *snapshot.record);
  add_validation(list, snapshot.history);
  return list;
}

}  // namespace backflow::ui
