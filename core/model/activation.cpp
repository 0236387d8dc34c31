#include "core/model/activation.h"

#include <algorithm>
#include <cmath>

#include "core/model/vector_tanh.h"

namespace backflow::model {

void apply(const Activation& f, const Eigen::Ref<const Matrix>& a, Eigen::Ref<Matrix> h) {
  switch (f.kind) {
    case ActivationKind::tanh:
      if (a.outerStride() == a.rows() && h.outerStride() == h.rows()) {
        vector_tanh(a.data(), h.data(), a.size());
        return;
      }
      for (Index j = 0; j < a.cols(); ++j) vector_tanh(a.col(j).data(), h.col(j).data(), a.rows());
      return;
    case ActivationKind::sigmoid:
      h = (1.0 + (-a.array()).exp()).inverse();
      return;
    case ActivationKind::relu:
      // Written so that NaN stays NaN: the diagnosis looks for the first non-finite number.
      h = (a.array() < 0.0).select(0.0, a);
      return;
    case ActivationKind::leaky_relu:
      h = (a.array() < 0.0).select(f.leaky_slope * a, a);
      return;
    case ActivationKind::identity:
      h = a;
      return;
  }
}

void derivative(const Activation& f, const Eigen::Ref<const Matrix>& a, Eigen::Ref<Matrix> out) {
  switch (f.kind) {
    case ActivationKind::tanh: {
      const auto e = (-2.0 * a.array().abs()).exp().eval();
      out = 4.0 * e / (1.0 + e).square();
      return;
    }
    case ActivationKind::sigmoid: {
      // f(1 − f) with e = exp(−|a|): f and 1 − f are 1/(1 + e) and e/(1 + e) in either order.
      const auto e = (-a.array().abs()).exp().eval();
      out = e / (1.0 + e).square();
      return;
    }
    case ActivationKind::relu:
    case ActivationKind::leaky_relu: {
      // NaN stays NaN here too: an exploded network must not look like one with dead units.
      const double left = f.kind == ActivationKind::relu ? 0.0 : f.leaky_slope;
      out = a.unaryExpr([left](double x) { return x > 0.0 ? 1.0 : x <= 0.0 ? left : x; });
      return;
    }
    case ActivationKind::identity:
      out.setOnes();
      return;
  }
}

double derivative_bound(const Activation& f) {
  switch (f.kind) {
    case ActivationKind::sigmoid:
      return 0.25;
    case ActivationKind::leaky_relu:
      return std::max(1.0, std::abs(f.leaky_slope));
    case ActivationKind::tanh:
    case ActivationKind::relu:
    case ActivationKind::identity:
      return 1.0;
  }
  return 1.0;
}

}  // namespace backflow::model
