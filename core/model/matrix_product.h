// Matrix products near the processor's peak, on the kernels of core/kernel.
//
// PackedMatrix is for one matrix that meets many narrow ones, such as W_hh at every step: it is
// rearranged once. Products that are added up, as in W_xh x + W_hh h + b, are computed in one pass
// over the result. add_product() and assign_product() are the general product. Nothing here
// allocates once a thread has done a product of that size.
#pragma once

#include <span>

#include "core/model/aligned_vector.h"
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

  Index rows() const { return rows_; }
  Index inner() const { return inner_; }
  const double* data() const { return data_.data(); }

private:
  Index rows_ = 0, inner_ = 0;
  AlignedVector data_;
};

/// A x, one of the products that are added up: A (rows, inner), x (inner, cols). Refers to both.
struct PackedProduct {
  PackedProduct() = default;
  PackedProduct(const PackedMatrix& A_, const ConstRef& x_)
      : A(&A_), x(x_.data()), ldx(x_.outerStride()) {
    eigen_assert(x_.rows() == A_.inner());
  }
  const PackedMatrix* A = nullptr;
  const double* x = nullptr;
  Index ldx = 0;
};

/// y (rows, cols) = Σ A x; four products at most, in this and the following.
void assign_products(std::span<const PackedProduct> products, MutableRef y);
/// y = Σ A x with `start` (rows) added to each column.
void assign_products(const Eigen::Ref<const Vector>& start, std::span<const PackedProduct> products,
                     MutableRef y);
/// y += Σ A x.
void add_products(std::span<const PackedProduct> products, MutableRef y);

enum class Transpose { no, yes };

/// C (p, q) += op(A) op(B), where op is the transpose or nothing.
void add_product(const ConstRef& A, Transpose transpose_A, const ConstRef& B, Transpose transpose_B,
                 MutableRef C);
/// A Bᵀ, one of the products that are added up: A (p, r), B (q, r). Refers to both.
struct OuterProduct {
  OuterProduct() = default;
  OuterProduct(const ConstRef& A_, const ConstRef& B_)
      : A(A_.data()), B(B_.data()), lda(A_.outerStride()), ldb(B_.outerStride()), inner(A_.cols()) {
    eigen_assert(B_.cols() == A_.cols());
  }
  const double* A = nullptr;
  const double* B = nullptr;
  Index lda = 0, ldb = 0, inner = 0;
};

/// C (p, q) += Σ A Bᵀ, in one pass over C where C is small.
void add_outer_products(std::span<const OuterProduct> products, MutableRef C);
/// C = op(A) op(B); C must not overlap the others.
void assign_product(const ConstRef& A, Transpose transpose_A, const ConstRef& B,
                    Transpose transpose_B, MutableRef C);

}  // namespace backflow::model
