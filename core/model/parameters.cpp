#include "core/model/parameters.h"

#include "core/model/norm.h"

namespace backflow::model {

std::array<TensorView, 5> tensors(Parameters& p) {
  const auto view = [](auto& x) { return TensorView(x.data(), x.rows(), x.cols()); };
  return {view(p.W_xh), view(p.W_hh), view(p.b_h), view(p.W_hy), view(p.b_y)};
}

std::array<ConstTensorView, 5> tensors(const Parameters& p) {
  const auto view = [](const auto& x) { return ConstTensorView(x.data(), x.rows(), x.cols()); };
  return {view(p.W_xh), view(p.W_hh), view(p.b_h), view(p.W_hy), view(p.b_y)};
}

Parameters zeros_like(const Parameters& p) {
  Parameters zero = p;
  for (auto& tensor : tensors(zero)) tensor.setZero();
  return zero;
}

double global_norm(const Parameters& p) {
  double square = 0.0;
  for (const auto& tensor : tensors(p)) square += tensor.squaredNorm();
  if (is_safe_square(square)) return std::sqrt(square);
  Eigen::Array<double, 5, 1> norms;
  Index i = 0;
  for (const auto& tensor : tensors(p)) norms(i++) = tensor.stableNorm();
  return norms.matrix().stableNorm();
}

double inner_product(const Parameters& p, const Parameters& q) {
  const auto p_tensors = tensors(p);
  const auto q_tensors = tensors(q);
  double sum = 0.0;
  for (std::size_t i = 0; i < p_tensors.size(); ++i)
    sum += p_tensors[i].cwiseProduct(q_tensors[i]).sum();
  return sum;
}

}  // namespace backflow::model
