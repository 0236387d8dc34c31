// The activation function f of h_t = f(a_t), and its derivative f′.
//
// f′ is computed from the pre-activation in a form without cancellation: tanh′(a) = 4e/(1 + e)²
// with e = exp(−2|a|) equals 1 − f², but keeps its relative precision where f has saturated and 1 −
// f² would round to nothing. A gradient that vanished to 10^-12 is then 10^-12 and not 0.
#pragma once

#include <array>

#include "core/model/enum_names.h"
#include "core/model/types.h"

namespace backflow::model {

enum class ActivationKind { tanh, sigmoid, relu, leaky_relu, identity };

template <>
struct EnumNames<ActivationKind> {
  static constexpr std::array<EnumName<ActivationKind>, 5> kAll{{
      {ActivationKind::tanh, "tanh", "tanh"},
      {ActivationKind::sigmoid, "sigmoid", "sigmoid"},
      {ActivationKind::relu, "relu", "ReLU"},
      {ActivationKind::leaky_relu, "leaky-relu", "Leaky ReLU"},
      {ActivationKind::identity, "identity", "identity"},
  }};
};

struct Activation {
  ActivationKind kind = ActivationKind::tanh;
  double leaky_slope = 0.01;  ///< slope of leaky ReLU for a < 0
};

/// h = f(a), element by element; h takes a's shape. a and h may be the same matrix.
void apply(const Activation& f, const Eigen::Ref<const Matrix>& a, Eigen::Ref<Matrix> h);

/// f′(a), element by element, into `out` of a's shape. At the kink a = 0 of (leaky) ReLU it is the
/// left derivative (0, or the slope), as in PyTorch.
void derivative(const Activation& f, const Eigen::Ref<const Matrix>& a, Eigen::Ref<Matrix> out);

/// f′(a) ⊙ u where h = f(a) is known, into `out`; all of one shape.
void multiply_by_derivative(const Activation& f, const Eigen::Ref<const Matrix>& a,
                            const Eigen::Ref<const Matrix>& h, const Eigen::Ref<const Matrix>& u,
                            Eigen::Ref<Matrix> out);

/// f(a) and f′(a) at once, into shapes like a's.
void apply_with_derivative(const Activation& f, const Eigen::Ref<const Matrix>& a,
                           Eigen::Ref<Matrix> value, Eigen::Ref<Matrix> slope);

/// σ(a), element by element; `value` may be `a`.
void sigmoid(const Eigen::Ref<const Matrix>& a, Eigen::Ref<Matrix> value);

/// σ(a) and 1 − σ(a), both to full relative precision; their product is σ′(a).
void sigmoid_with_complement(const Eigen::Ref<const Matrix>& a, Eigen::Ref<Matrix> value,
                             Eigen::Ref<Matrix> complement);

/// γ = sup |f′|: 1 for tanh, 1/4 for sigmoid (Pascanu, Mikolov & Bengio 2013, section 2.1).
double derivative_bound(const Activation& f);

}  // namespace backflow::model
