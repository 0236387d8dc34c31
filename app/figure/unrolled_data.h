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
  double largest_loss = 0.0;        ///< over the steps; of the batch mean
  std::vector<double> blame;        ///< ‖∂L/∂h_t‖, t = 0..T
  std::vector<double> log10_blame;  ///< relative to `reference`
  double reference = 1.0;  ///< ‖∂L/∂h_T‖, or the largest when that is 0 or not finite
  std::vector<double> log10_factor;  ///< log10 ‖J_t‖, t = 1..T at index t; empty when not known
  ColorScale blame_scale;            ///< of log10_blame

  const training::IterationRecord& rec() const { return *record; }
};

/// While training runs, the record that has been analysed last, so that all numbers of the picture
/// belong together; else the newest.
UnrolledData unrolled_data(const session::Snapshot& snapshot, const View& view);

/// ‖∂L/∂h_t‖ of one sequence, without underflow for entries down to the smallest double.
double blame_norm(const training::IterationRecord& record, model::Index sequence, model::Index t);

}  // namespace backflow::figure
