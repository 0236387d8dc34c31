#include "core/gradient/scaled_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace backflow::gradient {

model::Matrix ScaledMatrix::value() const {
  const int shift = static_cast<int>(std::clamp<std::int64_t>(exponent, -100000, 100000));
  return mantissa.unaryExpr([shift](double x) { return std::ldexp(x, shift); });
}

int binary_exponent(const Eigen::Ref<const model::Matrix>& x) {
  if (x.size() == 0) return 0;
  const bool whole = x.outerStride() == x.rows();
  const model::Index length = whole ? x.size() : x.rows(), count = whole ? 1 : x.cols();
  // Both reductions vectorise; Eigen's maximum that minds NaN does not. 0 · v is NaN for what is
  // not finite.
  double largest = 0.0, flaw = 0.0;
  for (model::Index j = 0; j < count; ++j) {
    const Eigen::Map<const model::Vector> part(x.data() + j * x.outerStride(), length);
    largest = std::max(largest, part.cwiseAbs().maxCoeff());
    flaw += (0.0 * part).sum();
  }
  if (largest == 0.0 || flaw != 0.0) return 0;
  int exponent = 0;
  std::frexp(largest, &exponent);
  return exponent;
}

void scale(Eigen::Ref<model::Matrix> x, int exponent) {
  constexpr int kNormal = 1000;
  if (std::abs(exponent) <= kNormal) {
    x *= std::ldexp(1.0, exponent);
    return;
  }
  x *= std::ldexp(1.0, exponent / 2);  // in two halves: the power itself may be out of range
  x *= std::ldexp(1.0, exponent - exponent / 2);
}

void normalize(ScaledMatrix& x) {
  const int shift = binary_exponent(x.mantissa);
  if (shift == 0) return;
  scale(x.mantissa, -shift);
  x.exponent += shift;
}

double log10_scaled(double norm, std::int64_t exponent) {
  static const double kLog10Of2 = std::log10(2.0);
  return std::log10(norm) + static_cast<double>(exponent) * kLog10Of2;
}

}  // namespace backflow::gradient
