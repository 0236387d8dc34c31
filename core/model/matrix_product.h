// Matrix products near the processor's peak, on the kernels of core/kernel.
//
// PackedMatrix is for one matrix that meets many narrow ones, such as W_hh at every step: it is
// rearranged once. add_product() is the general product. Neither allocates once a thread has done a
// product of that size.
#pragma once

#include <vector>

#include "core/model/types.h"

namespace backflow::model {

using ConstRef = Eigen::Ref<const Matrix>;
using MutableRef = Eigen::Ref<Matrix>;

/// A matrix rearranged for fast products from the left.
class PackedMatrix {
public:
  PackedMatrix() = default;
  void pack(const ConstRef& A);             ///< holds A (rows, inner)
  void pack_transposed(const ConstRef& A);  ///< holds Aᵀ (rows, inner) of A (inner, rows)

  /// y (rows, cols) += A x, x (inner, cols). Any number of threads may do so at once.
  void multiply_add(const ConstRef& x, MutableRef y) const;

private:
  Index rows_ = 0, inner_ = 0;
  std::vector<double> data_;
};

enum class Transpose { no, yes };

/// C (p, q) += op(A) op(B), where op is the transpose or nothing.
void add_product(const ConstRef& A, Transpose transpose_A, const ConstRef& B, Transpose transpose_B,
                 MutableRef C);

}  // namespace backflow::model
