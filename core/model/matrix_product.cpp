#include "core/model/matrix_product.h"

#include <algorithm>
#include <array>

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

// C += the term's product.
kernel::Sum add_to(MutableRef C, const kernel::Term& term) {
  return {&term, 1, C.data(), C.outerStride(), C.rows(), C.cols(), C.data(), C.outerStride()};
}

// y += A x with x rearranged, a block of columns at a time so that it stays in the near caches.
void add_rearranged(const PackedProduct& product, MutableRef y) {
  constexpr Index kColumns = 64;
  const Index inner = product.A->inner();
  for (Index col = 0; col < y.cols(); col += kColumns) {
    const Index count = std::min(kColumns, y.cols() - col);
    double* packed = at_least(room().right, kernels().packed_right_size(inner, count));
    kernels().pack_right(product.x + col * product.ldx, product.ldx, inner, count, packed);
    const kernel::Term term{product.A->data(), 0, packed, 0, inner};
    kernels().add_packed(add_to(y.middleCols(col, count), term));
  }
}

// y = start + Σ A x. Small products go together; then each one that is worth rearranging x for.
void add_up(std::span<const PackedProduct> products, const double* start, Index ld_start,
            MutableRef y) {
  constexpr Index kPacked = 192;  // inner size from which that pays (measured)
  constexpr std::size_t kMost = 4;
  const auto plain = [&](const PackedProduct& p) {
    return p.A->inner() < kPacked || y.cols() == 1;
  };
  eigen_assert(products.size() <= kMost);
  std::array<kernel::Term, kMost> terms;
  Index count = 0;
  for (const PackedProduct& p : products) {
    eigen_assert(p.A->rows() == y.rows());
    if (plain(p))
      terms[static_cast<std::size_t>(count++)] = {p.A->data(), 0, p.x, p.ldx, p.A->inner()};
  }
  if (count > 0 || start != y.data())
    kernels().add_plain(
        {terms.data(), count, start, ld_start, y.rows(), y.cols(), y.data(), y.outerStride()});
  for (const PackedProduct& p : products)
    if (!plain(p)) add_rearranged(p, y);
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
  const PackedProduct product(*this, x);
  add_products({&product, 1}, y);
}

void assign_products(std::span<const PackedProduct> products, MutableRef y) {
  add_up(products, nullptr, 0, y);
}

void assign_products(const Eigen::Ref<const Vector>& start, std::span<const PackedProduct> products,
                     MutableRef y) {
  eigen_assert(start.size() == y.rows());
  add_up(products, start.data(), 0, y);
}

void add_products(std::span<const PackedProduct> products, MutableRef y) {
  add_up(products, y.data(), y.outerStride(), y);
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
    for (Index k = 0; k < inner; k += step) {
      const kernel::Term term{A.data() + k * A.outerStride(), A.outerStride(),
                              B.data() + k * B.outerStride(), B.outerStride(),
                              std::min(step, inner - k)};
      kernels().add_outer(add_to(C, term));
    }
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
    const kernel::Term term{left, 0, right, 0, length};
    kernels().add_packed(add_to(C, term));
  }
}

}  // namespace backflow::model
