#include "core/model/matrix_product.h"

#include <algorithm>

#include "core/kernel/kernels.h"

namespace backflow::model {
namespace {

using kernel::kernels;

// Room for packed operands, kept by each thread for its next product.
struct Room {
  std::vector<double> left, right;
};

double* at_least(std::vector<double>& room, Index size) {
  if (static_cast<Index>(room.size()) < size) room.resize(static_cast<std::size_t>(size));
  return room.data();
}

Room& room() {
  thread_local Room mine;
  return mine;
}

}  // namespace

void PackedMatrix::pack(const ConstRef& A) {
  rows_ = A.rows();
  inner_ = A.cols();
  at_least(data_, kernels().packed_left_size(rows_, inner_));
  kernels().pack_left(A.data(), A.outerStride(), rows_, inner_, data_.data());
}

void PackedMatrix::pack_transposed(const ConstRef& A) {
  rows_ = A.cols();
  inner_ = A.rows();
  at_least(data_, kernels().packed_left_size(rows_, inner_));
  kernels().pack_left_transposed(A.data(), A.outerStride(), rows_, inner_, data_.data());
}

void PackedMatrix::multiply_add(const ConstRef& x, MutableRef y) const {
  eigen_assert(x.rows() == inner_ && y.rows() == rows_ && x.cols() == y.cols());
  constexpr Index kPacked = 192;  // inner size from which packing pays (measured)
  if (inner_ < kPacked || x.cols() == 1) {
    kernels().multiply_add_plain(data_.data(), x.data(), x.outerStride(), rows_, inner_, x.cols(),
                                 y.data(), y.outerStride());
    return;
  }
  constexpr Index kColumns = 64;  // so that the packed columns stay in the near caches
  for (Index col = 0; col < x.cols(); col += kColumns) {
    const Index count = std::min(kColumns, x.cols() - col);
    double* packed = at_least(room().right, kernels().packed_right_size(inner_, count));
    kernels().pack_right(x.data() + col * x.outerStride(), x.outerStride(), inner_, count, packed);
    kernels().multiply_add(data_.data(), packed, rows_, inner_, count,
                           y.data() + col * y.outerStride(), y.outerStride());
  }
}

void add_product(const ConstRef& A, Transpose transpose_A, const ConstRef& B, Transpose transpose_B,
                 MutableRef C) {
  const bool a_t = transpose_A == Transpose::yes, b_t = transpose_B == Transpose::yes;
  const Index inner = a_t ? A.rows() : A.cols();
  eigen_assert(inner == (b_t ? B.cols() : B.rows()));
  eigen_assert(C.rows() == (a_t ? A.cols() : A.rows()) && C.cols() == (b_t ? B.rows() : B.cols()));
  constexpr Index kInner = 384;  // a panel of that length fits the second cache
  // Outer products of columns lie in memory as the kernel wants them: what is small or has few
  // columns is read but once or twice, so that rearranging it would not pay.
  constexpr Index kPlainRows = 64, kPlainCols = 16;
  if (!a_t && b_t && (C.rows() <= kPlainRows || C.cols() <= kPlainCols) &&
      C.rows() % kernels().row_step == 0) {
    const Index step = C.rows() <= kPlainRows ? inner : kPlainRows * kInner / C.rows();
    for (Index k = 0; k < inner; k += step)
      kernels().add_outer_products(A.data() + k * A.outerStride(), A.outerStride(),
                                   B.data() + k * B.outerStride(), B.outerStride(), C.rows(),
                                   std::min(step, inner - k), C.cols(), C.data(), C.outerStride());
    return;
  }
  for (Index k = 0; k < inner; k += kInner) {
    const Index length = std::min(kInner, inner - k);
    double* left = at_least(room().left, kernels().packed_left_size(C.rows(), length));
    double* right = at_least(room().right, kernels().packed_right_size(length, C.cols()));
    if (a_t)
      kernels().pack_left_transposed(A.data() + k, A.outerStride(), C.rows(), length, left);
    else
      kernels().pack_left(A.data() + k * A.outerStride(), A.outerStride(), C.rows(), length, left);
    if (b_t)
      kernels().pack_right_transposed(B.data() + k * B.outerStride(), B.outerStride(), length,
                                      C.cols(), right);
    else
      kernels().pack_right(B.data() + k, B.outerStride(), length, C.cols(), right);
    kernels().multiply_add(left, right, C.rows(), length, C.cols(), C.data(), C.outerStride());
  }
}

}  // namespace backflow::model
