#include "core/model/activation.h"

#include <algorithm>
#include <cmath>

#include "core/kernel/kernels.h"

namespace backflow::model {

namespace {

using InRef = Eigen::Ref<const Matrix>;
using OutRef = Eigen::Ref<Matrix>;

// Calls loop(a, first, second, count) over whole blocks where they are contiguous, else column by
// column. Either of the others may be null.
template <class First, class Loop>
void over_columns(const InRef& a, First* first, Index first_stride, double* second,
                  Index second_stride, const Loop& loop) {
  const bool whole = a.outerStride() == a.rows() &&
                     (first == nullptr || first_stride == a.rows()) &&
                     (second == nullptr || second_stride == a.rows());
  if (whole) return loop(a.data(), first, second, a.size());
  for (Index j = 0; j < a.cols(); ++j)
    loop(a.data() + j * a.outerStride(), first == nullptr ? nullptr : first + j * first_stride,
         second == nullptr ? nullptr : second + j * second_stride, a.rows());
}

}  // namespace

void sigmoid(const InRef& a, OutRef value) {
  over_columns(a, value.data(), value.outerStride(), nullptr, 0, kernel::kernels().sigmoid);
}

void sigmoid_with_complement(const InRef& a, OutRef value, OutRef complement) {
  over_columns(a, value.data(), value.outerStride(), complement.data(), complement.outerStride(),
               kernel::kernels().sigmoid);
}

void apply(const Activation& f, const InRef& a, OutRef h) {
  switch (f.kind) {
    case ActivationKind::tanh:
      over_columns(a, h.data(), h.outerStride(), nullptr, 0, kernel::kernels().tanh);
      return;
    case ActivationKind::sigmoid:
      sigmoid(a, h);
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

void derivative(const Activation& f, const InRef& a, OutRef out) {
  switch (f.kind) {
    case ActivationKind::tanh:
      over_columns<double>(a, nullptr, 0, out.data(), out.outerStride(), kernel::kernels().tanh);
      return;
    case ActivationKind::sigmoid: {
      // f(1 − f); the value goes where the slope will be.
      over_columns(a, out.data(), out.outerStride(), nullptr, 0,
                   [](const double* from, double* to, double*, Index count) {
                     constexpr Index kBlock = 64;
                     double complement[kBlock];
                     for (Index i = 0; i < count; i += kBlock) {
                       const Index length = std::min(kBlock, count - i);
                       kernel::kernels().sigmoid(from + i, to + i, complement, length);
                       for (Index j = 0; j < length; ++j) to[i + j] *= complement[j];
                     }
                   });
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

void multiply_by_derivative(const Activation& f, const InRef& a, const InRef& h, const InRef& u,
                            OutRef out) {
  if (f.kind != ActivationKind::tanh) {
    derivative(f, a, out);
    out.array() *= u.array();
    return;
  }
  const Index n = a.rows();
  const bool whole = a.outerStride() == n && h.outerStride() == n && u.outerStride() == n &&
                     out.outerStride() == n;
  const Index loops = whole ? 1 : a.cols(), length = whole ? a.size() : n;
  for (Index j = 0; j < loops; ++j)
    kernel::kernels().tanh_vjp(a.data() + j * a.outerStride(), h.data() + j * h.outerStride(),
                               u.data() + j * u.outerStride(), out.data() + j * out.outerStride(),
                               length);
}

void apply_with_derivative(const Activation& f, const InRef& a, OutRef value, OutRef slope) {
  if (f.kind == ActivationKind::tanh) {
    over_columns(a, value.data(), value.outerStride(), slope.data(), slope.outerStride(),
                 kernel::kernels().tanh);
    return;
  }
  derivative(f, a, slope);
  apply(f, a, value);
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
