// The matrix types of the whole project, and StepMatrices: one matrix per time step in one block.
//
// Everything is double precision and column-major; columns are batch items. A quantity that exists
// at every step, such as h_t (n, B), is kept as one (n, steps·B) matrix with the steps side by
// side, so that a product over all steps (W_xh X, or Δ Hᵀ for a weight gradient) is one matrix
// product.
#pragma once

#include <Eigen/Core>

#include "core/model/aligned_vector.h"

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
  StepMatrices(Index rows, Index batch, Index first, Index last) {
    reshape(rows, batch, first, last);
    data().setZero();
  }

  /// Takes that shape and leaves the contents undefined; memory of a like shape is used again.
  void reshape(Index rows, Index batch, Index first, Index last) {
    first_ = first;
    rows_ = rows;
    batch_ = batch;
    columns_ = batch * (last - first + 1);
    model::reshape(numbers_, static_cast<std::size_t>(rows_ * columns_));
  }

  Index first() const { return first_; }
  Index last() const { return first_ + count() - 1; }
  Index count() const { return batch_ == 0 ? 0 : columns_ / batch_; }
  Index rows() const { return rows_; }
  Index batch() const { return batch_; }
  bool contains(Index t) const { return t >= first() && t <= last(); }

  /// The matrix of step t, (rows, batch); first() ≤ t ≤ last().
  auto step(Index t) { return data().middleCols((t - first_) * batch_, batch_); }
  auto step(Index t) const { return data().middleCols((t - first_) * batch_, batch_); }

  /// The steps from..to as one (rows, (to − from + 1)·batch) block.
  auto steps(Index from, Index to) const {
    return data().middleCols((from - first_) * batch_, (to - from + 1) * batch_);
  }

  /// All steps side by side, (rows, count()·batch), where they lie.
  Eigen::Map<Matrix> data() & { return {numbers_.data(), rows_, columns_}; }
  Eigen::Map<const Matrix> data() const& { return {numbers_.data(), rows_, columns_}; }
  void data() && = delete;  // would refer to what is gone

private:
  Index first_ = 1;
  Index rows_ = 0, batch_ = 0, columns_ = 0;
  AlignedVector numbers_;
};

}  // namespace backflow::model
