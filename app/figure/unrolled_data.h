// What the unrolled network shows, taken from one record: values of one sequence, and the size of
// the blame at each step.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "app/figure/colormap.h"
#include "app/figure/view.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// What reaches e_t. With a fixed horizon the blame of the loss at step t + τ ends at step t + 1.
struct BlameSources {
  bool own = false;      ///< the loss at step t
  bool later = false;    ///< losses at later steps that the truncation lets through
  bool dropped = false;  ///< losses at later steps whose blame ends before step t
};

struct UnrolledData {
  std::shared_ptr<const training::IterationRecord> record;
  model::Index sequence = 0;
  model::Index steps = 0;  ///< T of the sequence, at most that of the batch
  // What the strongest colour of a value stands for.
  double hidden_scale = 1.0, cell_scale = 1.0, input_scale = 1.0, output_scale = 1.0;
  bool output_is_scaled = false;  ///< output_scale is the largest ŷ of many classes, not 1
  /// What each class is called (m), where inputs and outputs share their words; empty for a class
  /// that has no word here. Empty when there are none.
  std::vector<std::string> class_words;
  bool some_not_finite = false;  ///< in h, c, ŷ, the blame or the factors
  /// L_t of this sequence alone at index t − 1; 0 at steps without a loss.
  std::vector<double> loss;
  std::vector<bool> counts;   ///< whether it has an output with a loss, at index t − 1
  double largest_loss = 0.0;  ///< over the steps
  /// log10 ‖∂L/∂h_t‖ of this sequence's own loss, t = 0..T; −inf for an exact zero. Below the range
  /// of double only when the record has been analysed.
  std::vector<double> log10_blame;
  std::vector<double> relative_blame;  ///< log10_blame minus its reference: that of the last step,
                                       ///< or the largest when that is 0 or not finite
  /// log10 of what factor_symbol() names, t = 1..T at index t; empty when not known.
  std::vector<double> log10_factor;
  gradient::StateBlock block = gradient::StateBlock::hidden;  ///< that log10_factor is of
  double log10_reference = 0.0;  ///< what relative_blame has been divided by
  ColorScale blame_scale;        ///< of relative_blame
  ColorScale factor_scale;       ///< of log10_factor: 0.1 … 10, more where that is not enough

  const training::IterationRecord& rec() const { return *record; }
  bool has_output(model::Index t) const {
    return t >= 1 && counts[static_cast<std::size_t>(t - 1)];
  }
  bool has_one_output() const { return std::count(counts.begin(), counts.end(), true) == 1; }
  bool has_cell_state() const { return rec().trace.c.rows() > 0; }
  bool some_zero() const;  ///< in the blame or the factors: an exact 0
  /// The class with the largest ŷ, and the right one. Precondition: has_output(t).
  model::Index predicted(model::Index t) const;
  model::Index target(model::Index t) const;
  bool output_is_finite(model::Index t) const;
  /// Both classes of the step have a word, and ŷ_t is finite.
  bool has_words(model::Index t) const;
  const std::string& word(model::Index index) const {
    return class_words[static_cast<std::size_t>(index)];
  }
  /// "ŷ = “e” (0.23)", "ŷ = 0.84" or "ŷ is not a number"; "y = “t”" or "y = 0.31".
  std::string output_text(model::Index t) const;
  std::string target_text(model::Index t) const;
  /// The colour of relative_blame at step t.
  Color blame_color(model::Index t) const;
  /// Likewise of what the loss of step t itself says, without what comes from later steps.
  Color own_blame_color(model::Index t) const;
  /// No blame at all passes from step t to step t − 1: truncation cuts between them.
  bool is_cut(model::Index t) const { return rec().options.truncation.cuts(t, t - 1); }
  /// Of step t, 0 ≤ t ≤ T.
  BlameSources sources(model::Index t) const;
};

using gradient::is_not_finite;

/// While training runs, the record that has been analysed last, so that all numbers of the picture
/// belong together; else the newest.
/// `colors` is the map of its scales.
UnrolledData unrolled_data(const session::Snapshot& snapshot, const View& view,
                           Colormap colors = Colormap::diverging);

}  // namespace backflow::figure
