#include "core/training/regularizer.h"

#include <cmath>

#include "core/model/norm.h"

namespace backflow::training {

using model::Index;
using model::Matrix;

double add_l2(double lambda, const model::Parameters& parameters, model::Parameters& gradients) {
  const auto values = model::tensors(parameters);
  const auto sums = model::tensors(gradients);
  double penalty = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!model::kTensorNames[i].starts_with("W_")) continue;
    penalty += 0.5 * lambda * values[i].squaredNorm();
    model::TensorView sum = sums[i];
    sum += lambda * values[i];
  }
  return penalty;
}

model::StepMatrices carried_blame(const Matrix& W_hh, const model::StepMatrices& delta) {
  model::StepMatrices u(W_hh.cols(), delta.batch(), delta.first(), delta.last());
  u.data().noalias() = W_hh.transpose() * delta.data();
  return u;
}

double add_omega(double weight, const model::StepMatrices& e, const model::StepMatrices& delta,
                 const model::StepMatrices& u, Matrix& W_hh_gradient) {
  // Each step of each sequence adds 2 (‖u‖/‖e‖ − 1) (δ/‖e‖) (u/‖u‖)ᵀ, so all together are one
  // product. The quotients first: blame may be as small as 1e-300.
  Matrix left = delta.steps(u.first(), u.last());
  Matrix right = u.data();
  const Index B = u.batch();
  double sum = 0.0;
  for (Index t = u.first(); t <= u.last(); ++t) {
    for (Index b = 0; b < B; ++b) {
      const Index column = (t - u.first()) * B + b;
      const double e_norm = model::norm_of(e.step(t).col(b));
      const bool counts = e_norm > 0.0 && std::isfinite(e_norm);
      const double u_norm = counts ? model::norm_of(u.step(t).col(b)) : 0.0;
      const double excess = u_norm / e_norm - 1.0;
      if (counts) sum += excess * excess;
      if (u_norm == 0.0) {  // ‖u‖ has no gradient at 0
        left.col(column).setZero();
        right.col(column).setZero();
        continue;
      }
      const double factor = 2.0 * weight * excess / static_cast<double>(B);
      left.col(column) = left.col(column) / e_norm * factor;
      right.col(column) /= u_norm;
    }
  }
  W_hh_gradient.noalias() += left * right.transpose();
  return sum / static_cast<double>(B);
}

}  // namespace backflow::training
