// Sequences from files for the task `sequences`: B of them, of any lengths, with targets or
// without.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/model/enum_names.h"
#include "core/model/types.h"

namespace backflow::training {

/// What a target is: a label 0 or 1; one of K classes, one-hot (m = K); m real numbers; or there is
/// none, and so no loss.
enum class TargetKind { binary, classes, real, none };

/// The order of the first two dimensions of an array with three: (T, B, d), as PyTorch has it by
/// itself, or (B, T, d), its batch_first.
enum class SequenceLayout { time_first, batch_first };

/// All sequences and their targets.
struct SequenceData {
  struct Sequence {
    model::Matrix inputs;  ///< (d, T_b)
    /// (1, T_b) of labels and numbers of classes, (m, T_b) of reals; nan at steps that have no
    /// target, in the whole column. No columns when there are no targets at all.
    model::Matrix targets;

    model::Index length() const { return inputs.cols(); }
  };
  std::vector<Sequence> sequences;  ///< at least one, none empty
  TargetKind target = TargetKind::none;
  model::Index target_size = 1;  ///< 1 of labels, K of classes, m of reals; 1 without
  std::string source;            ///< what was read, for people: "(12, 100, 3) of float32"
  // By summarise():
  model::Index longest = 0;  ///< the most steps of a sequence
  bool only_last = false;    ///< each sequence has a target at its last step and no other
  bool same_lengths = true;
  double mean_targets = 0.0;   ///< steps with a target of a sequence, on average
  std::vector<double> shares;  ///< of the labels or classes; empty for reals and without targets
  /// Of reals, a mean over m; else nan.
  double variance = std::numeric_limits<double>::quiet_NaN();

  model::Index input_size() const { return sequences.front().inputs.rows(); }
  /// Real targets of one column, all of whose numbers these are, at least one: when all are whole,
  /// they are labels (0 and 1 alone) or, up to 4095, numbers of classes.
  void take_classes(std::span<const double> numbers);
  /// Once all sequences are there.
  void summarise();
};

/// A sequence, or a part of it, as it goes into a batch: `length` steps after the first `begin`.
struct SequencePart {
  std::size_t sequence = 0;
  model::Index begin = 0, length = 0;
};

/// What training sees, or what is held out for validation, in parts of any length: of ten and more
/// sequences the last tenth, else the last tenth of each that is long enough for it to have `steps`
/// steps. Without targets nothing is held out. Refers to the data.
class SequenceParts {
public:
  SequenceParts(const SequenceData& data, model::Index steps, bool held_out);
  std::size_t size() const { return cut_in_time_ ? few_.size() : end_ - first_; }
  SequencePart operator[](std::size_t i) const;

private:
  const SequenceData& data_;
  std::size_t first_ = 0, end_ = 0;  // whole sequences
  bool cut_in_time_ = false;
  std::vector<SequencePart> few_;  // instead, of those that are cut
};

}  // namespace backflow::training

template <>
struct backflow::model::EnumNames<backflow::training::SequenceLayout> {
  using Layout = backflow::training::SequenceLayout;
  static constexpr std::array<EnumName<Layout>, 2> kAll{{
      {Layout::time_first, "time-first", "(T, B, d)"},
      {Layout::batch_first, "batch-first", "(B, T, d)"},
  }};
};
