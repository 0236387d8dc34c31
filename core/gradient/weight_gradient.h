// From the signals δ and ∂L_t/∂z_t of a backward pass to the gradients of all weights and biases,
// the read-out's as well: sums of outer products over steps and sequences, as a few large matrix
// products.
#pragma once

#include <span>
#include <vector>

#include "core/gradient/backward.h"

namespace backflow::gradient {

/// Σ δ x_tᵀ, Σ δ (recurrent input)ᵀ, Σ δ, Σ ∂L_t/∂z_t h_tᵀ and Σ ∂L_t/∂z_t over steps and
/// sequences, of one pass: from the signals dz and delta, which may come to be while it goes back.
/// Refers to all it is given, whose shapes must be there already. Any number of threads may add to
/// gradients of their own at once.
class WeightGradients {
public:
  WeightGradients(const model::Model& model, const model::Batch& batch, const model::Trace& trace,
                  const ErrorSignals& signals);

  /// Adds those of all steps and sequences. Split over the cores by time.
  void add_all(model::Parameters& gradients) const;
  /// Adds the share of the steps first..last, 1 ≤ first ≤ last ≤ T, and of some sequences.
  void add(Index first, Index last, model::Columns sequences, model::Parameters& gradients) const;

private:
  struct Range {
    Index first, count;  // columns of stacked steps
  };
  using Ranges = std::span<const Range>;
  static constexpr std::size_t kMostRanges = 16;

  void add_recurrent(Ranges ranges, model::Parameters& gradients) const;
  void add_readout(Ranges ranges, model::Parameters& gradients) const;
  static void add_outer(const model::ConstRef& A, const model::ConstRef& B, Ranges ranges,
                        model::MutableRef C);

  const model::Batch& batch_;
  const model::Trace& trace_;
  const ErrorSignals& signals_;
  const model::CellLayout& layout_;
  const std::vector<model::GateRun> runs_;
};

/// Gradients that several threads add to, each to a sum of its own.
class GradientParts {
public:
  /// Refers to `whole`, which is the first part's own sum; count ≥ 1.
  GradientParts(model::Parameters& whole, Index count);
  model::Parameters& part(Index i) {
    return i == 0 ? whole_ : others_[static_cast<std::size_t>(i - 1)];
  }
  /// Adds all parts to the whole, in their order.
  void add_up();

private:
  model::Parameters& whole_;
  std::vector<model::Parameters> others_;
};

/// Σ δ (recurrent input)ᵀ (G·n, n) of one step: what the use of W_hh at step k is blamed for, when
/// δ (delta_blocks·n, B) is.
Matrix recurrent_gradient(const model::Model& model, const model::Trace& trace, Index k,
                          const Eigen::Ref<const Matrix>& delta);

}  // namespace backflow::gradient
