// The output stage of one step: read-out ŷ_t = g(z_t), loss L_t, and ∂L_t/∂z_t.
//
// Shapes are (m, B). L_t is the mean over the batch. Within one batch item, with the target y:
//   mean squared error          (1/m) Σ_j (ŷ_j − y_j)²
//   binary cross-entropy        −(1/m) Σ_j [y_j ln ŷ_j + (1 − y_j) ln(1 − ŷ_j)], with ŷ = σ(z)
//   categorical cross-entropy   −Σ_j y_j ln ŷ_j, with ŷ = softmax(z)
// The cross-entropies are computed from z together with their read-out, so that they neither
// overflow nor lose precision for |z| up to 1e3 and beyond (Goodfellow, Bengio & Courville 2016,
// section 6.2.2):
//   σ + BCE:        L = max(z, 0) − z y + ln(1 + e^−|z|),   ∂L/∂z = (ŷ − y)/m
//   softmax + CCE:  L = Σ_j y_j (logsumexp(z) − z_j),       ∂L/∂z = ŷ Σ_j y_j − y
#pragma once

#include <array>
#include <string>

#include "core/model/enum_names.h"
#include "core/model/types.h"

namespace backflow::model {

enum class Readout { identity, relu, sigmoid, softmax };
enum class Loss { mean_squared_error, binary_cross_entropy, categorical_cross_entropy };

template <>
struct EnumNames<Readout> {
  static constexpr std::array<EnumName<Readout>, 4> kAll{{
      {Readout::identity, "identity", "identity"},
      {Readout::relu, "relu", "ReLU"},
      {Readout::sigmoid, "sigmoid", "sigmoid"},
      {Readout::softmax, "softmax", "softmax"},
  }};
};

template <>
struct EnumNames<Loss> {
  static constexpr std::array<EnumName<Loss>, 3> kAll{{
      {Loss::mean_squared_error, "mse", "mean squared error"},
      {Loss::binary_cross_entropy, "bce", "binary cross-entropy"},
      {Loss::categorical_cross_entropy, "cce", "categorical cross-entropy"},
  }};
};

/// Empty when the loss can be used with the read-out; else one sentence that says why not. Squared
/// error goes with every read-out, binary cross-entropy with sigmoid, categorical with softmax.
std::string incompatibility(Readout g, Loss loss);

/// ŷ = g(z), column by column; both (m, cols).
void apply(Readout g, const Eigen::Ref<const Matrix>& z, Eigen::Ref<Matrix> y_hat);

/// The loss of each column on its own, (1, cols). Precondition for these three: incompatibility()
/// of the loss and the read-out that made ŷ is empty.
void item_losses(Loss loss, const Eigen::Ref<const Matrix>& z,
                 const Eigen::Ref<const Matrix>& y_hat, const Eigen::Ref<const Matrix>& y,
                 Eigen::Ref<Eigen::RowVectorXd> losses);

/// The mean of the columns' losses: L_t when they are the batch of step t.
double loss_value(Loss loss, const Eigen::Ref<const Matrix>& z,
                  const Eigen::Ref<const Matrix>& y_hat, const Eigen::Ref<const Matrix>& y);

/// ∂ℓ/∂z (m, cols) into dz, where each column's ℓ is its own loss: without the 1/B of a batch mean.
void item_loss_gradients(Readout g, Loss loss, const Eigen::Ref<const Matrix>& z,
                         const Eigen::Ref<const Matrix>& y_hat, const Eigen::Ref<const Matrix>& y,
                         Eigen::Ref<Matrix> dz);

}  // namespace backflow::model
