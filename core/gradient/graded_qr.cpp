#include "core/gradient/graded_qr.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <Eigen/QR>

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
  if (p > 0) {
    const Eigen::HouseholderQR<Matrix> qr(sorted);
    result.R.topRows(rank) = qr.matrixQR().topRows(rank).triangularView<Eigen::Upper>();
    sorted = qr.householderQ() * Matrix::Identity(p, rank);
  }
  for (Index i = 0; i < p; ++i)
    result.Q.row(order[static_cast<std::size_t>(i)]).head(rank) = sorted.row(i);
  for (Index j = rank; j < q; ++j) result.Q(order[static_cast<std::size_t>(j)], j) = 1.0;
  return result;
}

}  // namespace backflow::gradient
