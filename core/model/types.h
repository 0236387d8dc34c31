// The matrix types of the whole project, and StepMatrices: one matrix per time step in one block.
//
// Everything is double precision and column-major; columns are batch items. A quantity that exists
// at every step, such as h_t (n, B), is kept as one (n, steps·B) matrix with the steps side by
// side, so that a product over all steps (W_xh X, or Δ Hᵀ for a weight gradient) is one matrix
// product.
#pragma once

#include <Eigen/Core>

namespace backflow::model {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using Index = Eigen::Index;

/// Matrices of equal shape (rows, batch) for the consecutive steps first..last, stored side by
/// side.
class StepMatrices {
public:
  StepMatrices() = default;

  /// Zero matrices of (rows, batch) for the steps first..last; last = first − 1 makes it empty.
  StepMatrices(Index rows, Index batch, Index first, Index last)
      : first_(first), batch_(batch), data_(Matrix::Zero(rows, batch * (last - first + 1))) {}

  /// Takes that shape and leaves the contents undefined; memory of a like shape is used again.
  void reshape(Index rows, Index batch, Index first, Index last) {
    first_ = first;
    batch_ = batch;
    data_.resize(rows, batch * (last - first + 1));
  }

  Index first() const { return first_; }
  Index last() const { return first_ + count() - 1; }
  Index count() const { return batch_ == 0 ? 0 : data_.cols() / batch_; }
  Index rows() const { return data_.rows(); }
  Index batch() const { return batch_; }
  bool contains(Index t) const { return t >= first() && t <= last(); }

  /// The matrix of step t, (rows, batch); first() ≤ t ≤ last().
  auto step(Index t) { return data_.middleCols((t - first_) * batch_, batch_); }
  auto step(Index t) const { return data_.middleCols((t - first_) * batch_, batch_); }

  /// The steps from..to as one (rows, (to − from + 1)·batch) block.
  auto steps(Index from, Index to) const {
    return data_.middleCols((from - first_) * batch_, (to - from + 1) * batch_);
  }

  /// All steps side by side, (rows, count()·batch).
  Matrix& data() { return data_; }
  const Matrix& data() const { return data_; }

private:
  Index first_ = 1;
  Index batch_ = 0;
  Matrix data_;
};

}  // namespace backflow::model
