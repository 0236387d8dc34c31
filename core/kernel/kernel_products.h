// Products of matrices for vectors of kWidth doubles: part of kernels_impl.h, which says how it is
// compiled.
#pragma once

#include <cstring>

#include "core/kernel/kernel_vector.h"
#include "core/kernel/kernels.h"

namespace backflow::kernel {
namespace {

// 3 × 8 accumulators fill the 32 registers of AVX-512, 3 × 4 the 16 of those before.
constexpr Index kPanelVectors = 3;
constexpr Index kPanel = kPanelVectors * kWidth;
constexpr Index kGroup = BACKFLOW_KERNEL_WIDTH == 8 ? 8 : 4;

Index min(Index a, Index b) { return a < b ? a : b; }

Index padded(Index rows) { return (rows + kWidth - 1) / kWidth * kWidth; }

// Rows of the next panel when so many are left. Two panels of two vectors rather than one of three
// and one of a single vector, for which the loads of the right operand would not pay.
Index next_panel(Index left) {
  if (left > kPanel && left <= 4 * kWidth) return 2 * kWidth;
  return min(left, kPanel);
}

Index packed_left_size(Index rows, Index inner) { return padded(rows) * inner; }

Index packed_right_size(Index inner, Index cols) { return inner * cols; }

// Column by column, as they lie in memory: a stride between reads would cost more than one between
// writes.
void pack_left(const double* A, Index lda, Index rows, Index inner, double* packed) {
  for (Index k = 0; k < inner; ++k) {
    const double* column = A + k * lda;
    for (Index row = 0, used; row < rows; row += used) {
      used = next_panel(rows - row);
      const Index width = padded(used);
      double* out = packed + row * inner + k * width;
      Index i = 0;
      for (; i + kWidth <= used; i += kWidth) store(out + i, load(column + row + i));
      for (; i < width; ++i) out[i] = i < used ? column[row + i] : 0.0;
    }
  }
}

void pack_left_transposed(const double* A, Index lda, Index rows, Index inner, double* packed) {
  for (Index row = 0, used; row < rows; row += used) {
    used = next_panel(rows - row);
    const Index width = padded(used);
    for (Index i = 0; i < width; ++i)
      for (Index k = 0; k < inner; ++k)
        packed[k * width + i] = i < used ? A[(row + i) * lda + k] : 0.0;
    packed += width * inner;
  }
}

void pack_right(const double* X, Index ldx, Index inner, Index cols, double* packed) {
  for (Index col = 0; col < cols; col += kGroup) {
    const Index used = min(kGroup, cols - col);
    for (Index j = 0; j < used; ++j)
      for (Index k = 0; k < inner; ++k) packed[k * used + j] = X[(col + j) * ldx + k];
    packed += used * inner;
  }
}

void pack_right_transposed(const double* X, Index ldx, Index inner, Index cols, double* packed) {
  const Index whole = cols / kGroup * kGroup, rest = cols - whole;
  for (Index k = 0; k < inner; ++k) {
    const double* row = X + k * ldx;
    for (Index col = 0; col < whole; col += kGroup)
      std::memcpy(packed + col * inner + k * kGroup, row + col, kGroup * sizeof(double));
    for (Index j = 0; j < rest; ++j) packed[whole * inner + k * rest + j] = row[whole + j];
  }
}

// How the operands lie: the left one in panels or plain; the right one in groups, plain, or plain
// and to be transposed.
enum class Layout { packed, packed_and_plain, plain, outer };

constexpr bool is_left_plain(Layout layout) {
  return layout == Layout::plain || layout == Layout::outer;
}

constexpr bool is_right_plain(Layout layout) {
  return layout == Layout::packed_and_plain || layout == Layout::plain;
}

// Where the numbers of a term's panel and group lie: A(i, k) at a[i + k·a_step], X(k, j) at
// x[k + j·x_step] when X is plain, else at x[k·x_step + j].
struct Strip {
  const double* a;
  const double* x;
  Index a_step, x_step;
};

template <Layout kLayout>
BACKFLOW_INLINE inline Strip strip(const Term& term, Index row, Index width, Index col,
                                   Index cols) {
  Strip own{};
  own.a = term.A + (is_left_plain(kLayout) ? row : row * term.inner);
  own.a_step = is_left_plain(kLayout) ? term.lda : width;
  const Index x_column = kLayout == Layout::packed ? term.inner : term.ldx;
  own.x = term.X + (kLayout == Layout::outer ? col : col * x_column);
  own.x_step = kLayout == Layout::packed ? cols : term.ldx;
  return own;
}

// One tile of a result: N columns from `col` of the panel at `row`. Its corner in the start and in
// the result, as in Sum.
struct Place {
  Index row, col, cols;
  const double* start;
  Index ld_start;
  double* Y;
  Index ldy;
};

// f(0), …, f(N − 1), without a loop: what f indexes with them stays in registers.
template <int N, class Function>
BACKFLOW_INLINE inline void each(const Function& f) {
#pragma GCC unroll 8
  for (int i = 0; i < N; ++i) f(i);
}

// All that a tile of V vectors and N columns reads and writes.
template <Layout kLayout, int V, int N>
void expect_operands(const Sum& sum, const Place& at) {
  if (at.start != nullptr) expect_columns(at.start, at.ld_start, N, V * kWidth);
  expect_columns(at.Y, at.ldy, N, V * kWidth);
  for (Index i = 0; i < sum.count; ++i) {
    const Index inner = sum.terms[i].inner;
    const Strip own = strip<kLayout>(sum.terms[i], at.row, V * kWidth, at.col, at.cols);
    expect_columns(own.a, own.a_step, inner, V * kWidth);
    if (is_right_plain(kLayout))
      expect_columns(own.x, own.x_step, N, inner);
    else
      expect_columns(own.x, own.x_step, inner, N);
  }
}

// Y = start + Σ A X for a panel of V vectors and N columns. K is how many inner indices go at once
// into accumulators of their own, so that narrow products do not wait for each addition.
template <Layout kLayout, int V, int N, int K>
BACKFLOW_GUARDED void tile(const Sum& sum, const Place& at) {
  if constexpr (kGuarded) expect_operands<kLayout, V, N>(sum, at);
  constexpr bool kPlain = is_right_plain(kLayout);
  Vector sums[K][N][V];
  each<K>([&](int u) BACKFLOW_INLINE {
    each<N>([&](int j) BACKFLOW_INLINE {
      each<V>([&](int v) BACKFLOW_INLINE { sums[u][j][v] = Vector{}; });
    });
  });
  if (at.start != nullptr)
    each<N>([&](int j) BACKFLOW_INLINE {
      each<V>([&](int v) BACKFLOW_INLINE {
        sums[0][j][v] = load(at.start + j * at.ld_start + v * kWidth);
      });
    });
  for (Index i = 0; i < sum.count; ++i) {
    const Index inner = sum.terms[i].inner;
    const Strip own = strip<kLayout>(sum.terms[i], at.row, V * kWidth, at.col, at.cols);
    const auto add = [&](Index k, Vector(&to)[N][V]) BACKFLOW_INLINE {
      Vector a[V];
      each<V>([&](int v) BACKFLOW_INLINE { a[v] = load(own.a + k * own.a_step + v * kWidth); });
      each<N>([&](int j) BACKFLOW_INLINE {
        const Vector x = broadcast(kPlain ? own.x[k + j * own.x_step] : own.x[k * own.x_step + j]);
        each<V>([&](int v) BACKFLOW_INLINE { to[j][v] += a[v] * x; });
      });
    };
    Index k = 0;
    for (; k + K <= inner; k += K) each<K>([&](int u) BACKFLOW_INLINE { add(k + u, sums[u]); });
    if (K > 1)
      for (; k < inner; ++k) add(k, sums[0]);
  }
  double* const Y = at.Y;
  const Index ldy = at.ldy;
  each<N>([&](int j) BACKFLOW_INLINE {
    each<V>([&](int v) BACKFLOW_INLINE {
      Vector y = sums[0][j][v];
      for (int u = 1; u < K; ++u) y += sums[u][j][v];
      store(Y + j * ldy + v * kWidth, y);
    });
  });
}

template <Layout kLayout, int V>
void panel_times_group(const Sum& sum, const Place& at) {
  switch (at.cols) {
    case 1:
      return tile<kLayout, V, 1, 4>(sum, at);
    case 2:
      return tile<kLayout, V, 2, 2>(sum, at);
    case 3:
      return tile<kLayout, V, 3, 1>(sum, at);
    case 4:
      return tile<kLayout, V, 4, 1>(sum, at);
#if BACKFLOW_KERNEL_WIDTH == 8
    case 5:
      return tile<kLayout, V, 5, 1>(sum, at);
    case 6:
      return tile<kLayout, V, 6, 1>(sum, at);
    case 7:
      return tile<kLayout, V, 7, 1>(sum, at);
    case 8:
      return tile<kLayout, V, 8, 1>(sum, at);
#endif
    default:
      return;
  }
}

// Of a panel whose last vector is not full, beside the result: `rows` are those that there are.
template <Layout kLayout, int V>
void ragged_panel_times_group(const Sum& sum, Place at, Index rows) {
  constexpr Index kRows = V * kWidth;
  double room[kGroup * kRows] = {};
  double* const Y = at.Y;
  if (at.start != nullptr)
    for (Index j = 0; j < at.cols; ++j)
      for (Index i = 0; i < rows; ++i) room[j * kRows + i] = at.start[j * at.ld_start + i];
  const Index ldy = at.ldy;
  at.start = at.Y = room;
  at.ld_start = at.ldy = kRows;
  panel_times_group<kLayout, V>(sum, at);
  for (Index j = 0; j < at.cols; ++j)
    for (Index i = 0; i < rows; ++i) Y[j * ldy + i] = room[j * kRows + i];
}

// A panel of `rows` rows meets all groups while it is in the nearest cache.
template <Layout kLayout, int V>
void panel_times_all(const Sum& sum, Index row, Index rows) {
  for (Index col = 0; col < sum.cols; col += kGroup) {
    const double* start = sum.start == nullptr ? nullptr : sum.start + row + col * sum.ld_start;
    const Place at{row,    col,          min(kGroup, sum.cols - col),
                   start,  sum.ld_start, sum.Y + row + col * sum.ldy,
                   sum.ldy};
    if (rows == V * kWidth)
      panel_times_group<kLayout, V>(sum, at);
    else
      ragged_panel_times_group<kLayout, V>(sum, at, rows);
  }
}

template <Layout kLayout>
void add_up(const Sum& sum) {
  for (Index row = 0, used; row < sum.rows; row += used) {
    used = next_panel(sum.rows - row);
    const Index width = padded(used);
    if (width == kPanel)
      panel_times_all<kLayout, 3>(sum, row, used);
    else if (width == 2 * kWidth)
      panel_times_all<kLayout, 2>(sum, row, used);
    else
      panel_times_all<kLayout, 1>(sum, row, used);
  }
}

}  // namespace
}  // namespace backflow::kernel
