#include "core/model/matrix_product.h"

#include <algorithm>
#include <array>

#include "core/kernel/kernels.h"

namespace backflow::model {
namespace {

using kernel::kernels;

// Room for packed operands, kept by each thread for its next product.
struct Room {
  AlignedVector left, right;
  AlignedVector left_beside, right_beside;  // outer products side by side
};

double* at_least(AlignedVector& room, Index size) {
  if (static_cast<Index>(room.size()) < size) room.resize(static_cast<std::size_t>(size));
  return room.data();
}

Room& room() {
  thread_local Room mine;
  return mine;
}

// y = start + Σ A x. The right operands stay as they lie: reading several columns at once is no
// slower than reading them rearranged (measured with AVX-512, up to 2048 rows).
void add_up(std::span<const PackedProduct> products, const double* start, Index ld_start,
            MutableRef y) {
  constexpr std::size_t kMost = 4;
  eigen_assert(products.size() <= kMost);
  std::array<kernel::Term, kMost> terms;
  Index count = 0;
  for (const PackedProduct& p : products) {
    eigen_assert(p.A->rows() == y.rows());
    terms[static_cast<std::size_t>(count++)] = {p.A->data(), 0, p.x, p.ldx, p.A->inner()};
  }
  kernels().add_left_packed(
      {terms.data(), count, start, ld_start, y.rows(), y.cols(), y.data(), y.outerStride()});
}

// What is small is multiplied as it lies: rearranged it would be a tenth quicker to read at best,
// and rearranging takes longer than that (measured with AVX-512 and a second cache of 1 MB).
constexpr Index kPlainRows = 256;
bool is_plain(Index rows, Index cols) {
  constexpr Index kPlainCols = 128, kFewCols = 16;
  return rows % kernels().row_step == 0 &&
         (cols <= kFewCols || (rows <= kPlainRows && cols <= kPlainCols));
}

// C = start + op(A) op(B), where start is null or C itself.
void multiply(const ConstRef& A, Transpose transpose_A, const ConstRef& B, Transpose transpose_B,
              MutableRef C, const double* start) {
  const bool a_t = transpose_A == Transpose::yes, b_t = transpose_B == Transpose::yes;
  const Index inner = a_t ? A.rows() : A.cols(), rows = C.rows(), cols = C.cols();
  eigen_assert(inner == (b_t ? B.cols() : B.rows()));
  eigen_assert(rows == (a_t ? A.cols() : A.rows()) && cols == (b_t ? B.rows() : B.cols()));
  const bool plain = !a_t && is_plain(rows, cols);
  constexpr Index kInner = 384,
                  kPlainSize = 192 * kPlainRows;  // so that a part stays in that cache
  const Index step = plain ? std::max<Index>(64, kPlainSize / std::max<Index>(rows, 1)) : kInner;
  for (Index k = 0; k < inner; k += step) {
    const Index length = std::min(step, inner - k);
    const double* const a = a_t ? A.data() + k : A.data() + k * A.outerStride();
    const double* const b = b_t ? B.data() + k * B.outerStride() : B.data() + k;
    kernel::Term term{a, A.outerStride(), b, B.outerStride(), length};
    const kernel::Sum sum{
        &term,          1, k == 0 ? start : C.data(), C.outerStride(), rows, cols, C.data(),
        C.outerStride()};
    if (plain) {
      (b_t ? kernels().add_outer : kernels().add_plain)(sum);
      continue;
    }
    double* const left = at_least(room().left, kernels().packed_left_size(rows, length));
    double* const right = at_least(room().right, kernels().packed_right_size(length, cols));
    (a_t ? kernels().pack_left_transposed : kernels().pack_left)(a, term.lda, rows, length, left);
    (b_t ? kernels().pack_right_transposed : kernels().pack_right)(b, term.ldx, length, cols,
                                                                   right);
    term.A = left;
    term.X = right;
    kernels().add_packed(sum);
  }
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
  multiply(A, transpose_A, B, transpose_B, C, C.data());
}

void add_outer_products(std::span<const OuterProduct> products, MutableRef C) {
  constexpr std::size_t kMost = 16;  // more take a pass over C each
  const auto shaped = [](const double* data, Index rows, Index cols, Index stride) {
    return Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>(data, rows, cols,
                                                             Eigen::OuterStride<>(stride));
  };
  if (products.size() == 1) {
    const OuterProduct& p = products.front();
    add_product(shaped(p.A, C.rows(), p.inner, p.lda), Transpose::no,
                shaped(p.B, C.cols(), p.inner, p.ldb), Transpose::yes, C);
    return;
  }
  if (!is_plain(C.rows(), C.cols())) {
    // They are rearranged anyway: side by side, as one product.
    Index inner = 0;
    for (const OuterProduct& p : products) inner += p.inner;
    const auto place = [inner](AlignedVector& own, Index rows) {
      return Eigen::Map<Matrix>(at_least(own, rows * inner), rows, inner);
    };
    auto A = place(room().left_beside, C.rows()), B = place(room().right_beside, C.cols());
    Index first = 0;
    for (const OuterProduct& p : products) {
      A.middleCols(first, p.inner) = shaped(p.A, C.rows(), p.inner, p.lda);
      B.middleCols(first, p.inner) = shaped(p.B, C.cols(), p.inner, p.ldb);
      first += p.inner;
    }
    add_product(A, Transpose::no, B, Transpose::yes, C);
    return;
  }
  std::array<kernel::Term, kMost> terms;
  for (std::size_t first = 0; first < products.size(); first += kMost) {
    const auto own = products.subspan(first, std::min(kMost, products.size() - first));
    std::size_t count = 0;
    for (const OuterProduct& p : own) terms[count++] = {p.A, p.lda, p.B, p.ldb, p.inner};
    kernels().add_outer({terms.data(), static_cast<Index>(count), C.data(), C.outerStride(),
                         C.rows(), C.cols(), C.data(), C.outerStride()});
  }
}

void assign_product(const ConstRef& A, Transpose transpose_A, const ConstRef& B,
                    Transpose transpose_B, MutableRef C) {
  if (A.size() == 0)
    C.setZero();
  else
    multiply(A, transpose_A, B, transpose_B, C, nullptr);
}

}  // namespace backflow::model
