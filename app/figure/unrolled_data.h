// What the unrolled network shows, taken from one record: values of one sequence, and the size of
// the blame at each step.
#pragma once

#include <memory>
#include <vector>

#include "app/figure/colormap.h"
#include "app/figure/view.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

struct UnrolledData {
  std::shared_ptr<const training::IterationRecord> record;
  model::Index sequence = 0;
  model::Index steps = 0;  ///< T
  // What the strongest colour of a value stands for.
  double hidden_scale = 1.0, input_scale = 1.0, output_scale = 1.0;
  /// L_t of this sequence alone at index t − 1; 0 at steps without a loss.
  std::vector<double> loss;
  double largest_loss = 0.0;  ///< over the steps
  /// log10 ‖∂L/∂h_t‖ of this sequence's own loss, t = 0..T; −inf for an exact zero. Below the range
  /// of double only when the record has been analysed.
  std::vector<double> log10_blame;
  std::vector<double> relative_blame;  ///< log10_blame minus its reference: that of the last step,
                                       ///< or the largest when that is 0 or not finite
  std::vector<double> log10_factor;  ///< log10 ‖J_t‖, t = 1..T at index t; empty when not known
  double log10_reference = 0.0;      ///< what relative_blame has been divided by
  ColorScale blame_scale;            ///< of relative_blame

  const training::IterationRecord& rec() const { return *record; }
};

using gradient::is_not_finite;

/// While training runs, the record that has been analysed last, so that all numbers of the picture
/// belong together; else the newest.
UnrolledData unrolled_data(const session::Snapshot& snapshot, const View& view);

/// log10 ‖∂L⁽ˢ⁾/∂h_t‖ from the record's error signals, whose batch mean it undoes.
double recorded_log10_blame(const training::IterationRecord& record, model::Index sequence,
                            model::Index t);

}  // namespace backflow::figure
