// The trainable tensors of the network, and arithmetic over all of them together.
#pragma once

#include <array>
#include <string_view>

#include "core/model/types.h"

namespace backflow::model {

/// Weights and biases. A gradient with respect to them has the same shapes and is kept in the same
/// type. d = input size, n = hidden size, m = output size.
struct Parameters {
  Matrix W_xh;  ///< (G·n, d) input weights; G gates one below the other, 1 for the vanilla cell
  Matrix W_hh;  ///< (G·n, n) recurrent weights
  Vector b_h;   ///< (n) hidden bias; for gated cells one per block of pre-activations (cell.h)
  Matrix W_hy;  ///< (m, n) read-out weights
  Vector b_y;   ///< (m) read-out bias

  Index input_size() const { return W_xh.cols(); }
  Index hidden_size() const { return W_hh.cols(); }
  Index output_size() const { return W_hy.rows(); }
  /// How many numbers there are in all.
  Index size() const { return W_xh.size() + W_hh.size() + b_h.size() + W_hy.size() + b_y.size(); }
};

inline constexpr std::array<std::string_view, 5> kTensorNames{"W_xh", "W_hh", "b_h", "W_hy", "b_y"};

using TensorView = Eigen::Map<Matrix>;
using ConstTensorView = Eigen::Map<const Matrix>;

/// The five tensors as matrices over p's own memory, in the order of kTensorNames.
std::array<TensorView, 5> tensors(Parameters& p);
std::array<ConstTensorView, 5> tensors(const Parameters& p);

/// Zero tensors of p's shapes.
Parameters zeros_like(const Parameters& p);

/// ‖p‖₂ over all entries together, without overflow for entries up to the largest double.
double global_norm(const Parameters& p);

/// ⟨p, q⟩ over all entries.
double inner_product(const Parameters& p, const Parameters& q);

}  // namespace backflow::model
