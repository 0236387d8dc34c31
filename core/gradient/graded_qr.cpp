#include "core/gradient/graded_qr.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <Eigen/QR>

#include "core/gradient/scaled_matrix.h"

namespace backflow::gradient {

using model::Index;
using model::Matrix;

GradedQr graded_qr(const Matrix& M) {
  const Index n = M.rows(), q = M.cols();
  const model::Vector size = M.cwiseAbs().rowwise().maxCoeff();
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return size[a] > size[b]; });
  const Index p = (size.array() > 0.0).count();  // the zero rows come last
  const Index rank = std::min(p, q);

  GradedQr result{Matrix::Zero(n, q), Matrix::Zero(q, q)};
  Matrix sorted(p, q);
  for (Index i = 0; i < p; ++i) sorted.row(i) = M.row(order[static_cast<std::size_t>(i)]);
  // Columns of size 1, because a reflection squares them; a power of two changes no digit.
  model::Vector scale = model::Vector::Ones(q);
  if (p > 0) {
    for (Index j = 0; j < q; ++j) scale[j] = std::ldexp(1.0, binary_exponent(sorted.col(j)));
    sorted.array().rowwise() /= scale.transpose().array();
    const Eigen::HouseholderQR<Matrix> qr(sorted);
    result.R.topRows(rank) = qr.matrixQR().topRows(rank).triangularView<Eigen::Upper>();
    result.R.array().rowwise() *= scale.transpose().array();
    sorted = qr.householderQ() * Matrix::Identity(p, rank);
  }
  for (Index i = 0; i < p; ++i)
    result.Q.row(order[static_cast<std::size_t>(i)]).head(rank) = sorted.row(i);
  for (Index j = rank; j < q; ++j) result.Q(order[static_cast<std::size_t>(j)], j) = 1.0;
  return result;
}

}  // namespace backflow::gradient
