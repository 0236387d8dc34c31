#include "core/training/task/sequence_data.h"

#include <algorithm>
#include <cmath>

namespace backflow::training {
namespace {

using model::Index;

bool has_last_alone(const SequenceData::Sequence& sequence) {
  const auto first_row = sequence.targets.row(0);
  const Index T = sequence.length();
  return !std::isnan(first_row(T - 1)) && first_row.head(T - 1).array().isNaN().all();
}

// Calls with(column) for every target.
template <class With>
void for_targets(const SequenceData& data, const With& with) {
  for (const SequenceData::Sequence& sequence : data.sequences)
    for (Index t = 0; t < sequence.targets.cols(); ++t)
      if (!std::isnan(sequence.targets(0, t))) with(sequence.targets.col(t));
}

double mean_variance(const SequenceData& data) {
  double count = 0.0;
  model::Vector mean = model::Vector::Zero(data.target_size), squares = mean;
  for_targets(data, [&](const auto& y) {  // Welford 1962
    const model::Vector before = y - mean;
    mean += before / ++count;
    squares.array() += before.array() * (y - mean).array();
  });
  return squares.mean() / count;
}

std::vector<double> shares_of(const SequenceData& data) {
  const bool labels = data.target == TargetKind::binary;
  std::vector<double> share(static_cast<std::size_t>(labels ? 2 : data.target_size), 0.0);
  double all = 0.0;
  for_targets(data, [&](const auto& y) {
    share[static_cast<std::size_t>(y(0))] += 1.0;
    all += 1.0;
  });
  for (double& p : share) p /= all;
  return share;
}

}  // namespace

void SequenceData::take_classes(std::span<const double> numbers) {
  constexpr double kMostClasses = 4096.0;
  const double most = *std::ranges::max_element(numbers);
  const bool whole =
      std::ranges::all_of(numbers, [](double v) { return v >= 0.0 && v == std::floor(v); });
  if (!whole || most >= kMostClasses) return;
  target = most <= 1.0 ? TargetKind::binary : TargetKind::classes;
  target_size = most <= 1.0 ? 1 : static_cast<Index>(most) + 1;
}

void SequenceData::summarise() {
  longest = 0;
  for (const Sequence& sequence : sequences) longest = std::max(longest, sequence.length());
  same_lengths = std::ranges::all_of(
      sequences, [&](const Sequence& sequence) { return sequence.length() == longest; });
  if (target == TargetKind::none) return;
  only_last = std::ranges::all_of(sequences, has_last_alone);
  double targets = 0.0;
  for_targets(*this, [&](const auto&) { targets += 1.0; });
  mean_targets = targets / static_cast<double>(sequences.size());
  if (target == TargetKind::real)
    variance = mean_variance(*this);
  else
    shares = shares_of(*this);
}

SequenceParts::SequenceParts(const SequenceData& data, Index steps, bool held_out) : data_(data) {
  constexpr std::size_t kEnough = 10;
  const std::size_t count = data.sequences.size();
  const bool targets = data.target != TargetKind::none;
  const std::size_t kept = targets && count >= kEnough ? count - count / kEnough : count;
  first_ = held_out ? kept : 0;
  end_ = held_out ? count : kept;
  cut_in_time_ = targets && count < kEnough && !data.only_last;
  if (!cut_in_time_) return;
  for (std::size_t i = 0; i < count; ++i) {
    const Index length = data.sequences[i].length();
    const Index tenth = length / 10 >= steps ? length / 10 : 0;
    if (!held_out)
      few_.push_back({i, 0, length - tenth});
    else if (tenth > 0)
      few_.push_back({i, length - tenth, tenth});
  }
}

SequencePart SequenceParts::operator[](std::size_t i) const {
  if (cut_in_time_) return few_[i];
  return {first_ + i, 0, data_.sequences[first_ + i].length()};
}

}  // namespace backflow::training
