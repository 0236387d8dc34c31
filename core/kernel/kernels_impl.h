// The loops behind kernels.h, written once for vectors of kWidth doubles. Included by one .cpp file
// per instruction set, each of which sets BACKFLOW_KERNEL_NAME, BACKFLOW_KERNEL_WIDTH and
// BACKFLOW_KERNEL_TABLE. Everything is in an unnamed namespace: a function compiled for a newer
// processor must never be the one that the linker keeps for all.
#include <cstdint>
#include <cstring>

#include "core/kernel/kernels.h"

namespace backflow::kernel {
namespace {

constexpr Index kWidth = BACKFLOW_KERNEL_WIDTH;
typedef double Vector __attribute__((vector_size(kWidth * sizeof(double))));

// 3 × 8 accumulators fill the 32 registers of AVX-512, 3 × 4 the 16 of those before.
constexpr Index kPanelVectors = 3;
constexpr Index kPanel = kPanelVectors * kWidth;
constexpr Index kGroup = BACKFLOW_KERNEL_WIDTH == 8 ? 8 : 4;

Vector load(const double* p) {
  Vector v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

void store(double* p, Vector v) { std::memcpy(p, &v, sizeof v); }

Vector broadcast(double x) { return x - Vector{}; }

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

// Where the numbers of one panel and one group lie: A(i, k) at A[i + k·a_step], X(k, j) at
// X[k·x_step + j], or at X[k + j·x_step] when the group is a plain matrix.
struct Strides {
  Index a_step, x_step;
};

// Y (rows ≤ V·kWidth, N) += one panel of A times one group of X. K is how many inner indices go at
// once into accumulators of their own, so that narrow products do not wait for each addition.
template <bool kPlain, int V, int N, int K>
void tile(const double* A, const double* X, Strides at, Index inner, Index rows, double* Y,
          Index ldy) {
  const auto x_at = [&](Index k, int j) {
    return kPlain ? X[k + j * at.x_step] : X[k * at.x_step + j];
  };
  Vector sum[K][N][V] = {};
  Index k = 0;
  for (; k + K <= inner; k += K)
    for (int u = 0; u < K; ++u) {
      Vector a[V];
      for (int v = 0; v < V; ++v) a[v] = load(A + (k + u) * at.a_step + v * kWidth);
      for (int j = 0; j < N; ++j) {
        const Vector x = broadcast(x_at(k + u, j));
        for (int v = 0; v < V; ++v) sum[u][j][v] += a[v] * x;
      }
    }
  for (; k < inner; ++k)
    for (int j = 0; j < N; ++j) {
      const Vector x = broadcast(x_at(k, j));
      for (int v = 0; v < V; ++v) sum[0][j][v] += load(A + k * at.a_step + v * kWidth) * x;
    }
  for (int u = 1; u < K; ++u)
    for (int j = 0; j < N; ++j)
      for (int v = 0; v < V; ++v) sum[0][j][v] += sum[u][j][v];
  if (rows == V * kWidth) {
    for (int j = 0; j < N; ++j)
      for (int v = 0; v < V; ++v) {
        double* y = Y + j * ldy + v * kWidth;
        store(y, load(y) + sum[0][j][v]);
      }
    return;
  }
  for (int j = 0; j < N; ++j) {
    double column[V * kWidth];
    for (int v = 0; v < V; ++v) store(column + v * kWidth, sum[0][j][v]);
    for (Index i = 0; i < rows; ++i) Y[j * ldy + i] += column[i];
  }
}

template <bool kPlain, int V>
void panel_times_group(const double* A, const double* X, Strides at, Index inner, Index rows,
                       Index cols, double* Y, Index ldy) {
  switch (cols) {
    case 1:
      return tile<kPlain, V, 1, 4>(A, X, at, inner, rows, Y, ldy);
    case 2:
      return tile<kPlain, V, 2, 2>(A, X, at, inner, rows, Y, ldy);
    case 3:
      return tile<kPlain, V, 3, 1>(A, X, at, inner, rows, Y, ldy);
    case 4:
      return tile<kPlain, V, 4, 1>(A, X, at, inner, rows, Y, ldy);
#if BACKFLOW_KERNEL_WIDTH == 8
    case 5:
      return tile<kPlain, V, 5, 1>(A, X, at, inner, rows, Y, ldy);
    case 6:
      return tile<kPlain, V, 6, 1>(A, X, at, inner, rows, Y, ldy);
    case 7:
      return tile<kPlain, V, 7, 1>(A, X, at, inner, rows, Y, ldy);
    case 8:
      return tile<kPlain, V, 8, 1>(A, X, at, inner, rows, Y, ldy);
#endif
    default:
      return;
  }
}

// The left operand is packed when lda is 0. The right one is packed when x_step is 0, plain when
// kPlain, else the transpose of a plain one.
template <bool kPlain>
void multiply(const double* A, Index lda, const double* X, Index x_step, Index rows, Index inner,
              Index cols, double* Y, Index ldy) {
  // A panel meets all groups while it is in the nearest cache.
  for (Index row = 0, used; row < rows; row += used) {
    used = next_panel(rows - row);
    const Index width = padded(used);
    const double* group = X;
    for (Index col = 0; col < cols; col += kGroup) {
      const Index count = min(kGroup, cols - col);
      const Strides at{lda == 0 ? width : lda, x_step == 0 ? count : x_step};
      double* y = Y + row + col * ldy;
      if (width == kPanel)
        panel_times_group<kPlain, 3>(A, group, at, inner, used, count, y, ldy);
      else if (width == 2 * kWidth)
        panel_times_group<kPlain, 2>(A, group, at, inner, used, count, y, ldy);
      else
        panel_times_group<kPlain, 1>(A, group, at, inner, used, count, y, ldy);
      group += kPlain ? count * x_step : x_step == 0 ? count * inner : count;
    }
    A += lda == 0 ? width * inner : used;
  }
}

void multiply_add(const double* A, const double* X, Index rows, Index inner, Index cols, double* Y,
                  Index ldy) {
  multiply<false>(A, 0, X, 0, rows, inner, cols, Y, ldy);
}

void multiply_add_plain(const double* A, const double* X, Index ldx, Index rows, Index inner,
                        Index cols, double* Y, Index ldy) {
  multiply<true>(A, 0, X, ldx, rows, inner, cols, Y, ldy);
}

void add_outer_products(const double* A, Index lda, const double* B, Index ldb, Index rows,
                        Index inner, Index cols, double* Y, Index ldy) {
  multiply<false>(A, lda, B, ldb, rows, inner, cols, Y, ldy);
}

// e^y = power (1 + p) and e^y − 1 = power p + (power − 1) for −708 ≤ y ≤ 0, without branches:
// y = k ln 2 + r with |r| ≤ ln 2/2, p = e^r − 1 by its series to r^13 (the next term is below 2^−56
// of it), power = 2^k.
struct Exponential {
  double power, p;
};

inline Exponential exponential(double y) {
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits
  constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
  const double shifted = y * 1.4426950408889634 + kRound;
  const double k = shifted - kRound;
  const double r = (y - k * kLn2High) - k * kLn2Low;
  // In pairs (Estrin), so that few operations wait for each other.
  const double r2 = r * r, r4 = r2 * r2;
  const double low = (0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0));
  const double middle =
      (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362880.0));
  const double high = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) +
                      r2 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0));
  const double series = low + r4 * (middle + r4 * high);
  std::uint64_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;
  double power;
  std::memcpy(&power, &bits, sizeof power);
  return {power, series * r2 + r};
}

constexpr double kSmallest = -708.0;  // e^y of less is below the normal numbers

struct Tanh {
  template <bool kValue, bool kSlope>
  static void run(const double* a, double* value, double* slope, Index count) {
    for (Index i = 0; i < count; ++i) {
      const double x = a[i];
      const double twice = -2.0 * __builtin_fabs(x);
      const Exponential e = exponential(twice < kSmallest ? kSmallest : twice);  // NaN stays NaN
      const double minus_one = e.power * e.p + (e.power - 1.0);                  // e^−2|x| − 1
      const double inverse = 1.0 / (2.0 + minus_one);
      if (kValue) value[i] = __builtin_copysign(-minus_one * inverse, x);
      if (kSlope) {
        const double s = 4.0 * (e.power + e.power * e.p) * inverse * inverse;
        slope[i] = twice < kSmallest ? 0.0 : s;
      }
    }
  }
};

void tanh_slope(const double* a, const double* value, double* slope, Index count) {
  constexpr Index kBlock = 64;
  constexpr double kPlain = 0.99;
  for (Index first = 0; first < count; first += kBlock) {
    const Index end = min(first + kBlock, count);
    std::int64_t plain = 0;  // NaN is not
    for (Index i = first; i < end; ++i) plain += __builtin_fabs(value[i]) <= kPlain;
    if (plain == end - first)
      for (Index i = first; i < end; ++i) slope[i] = (1.0 - value[i]) * (1.0 + value[i]);
    else
      Tanh::run<false, true>(a + first, nullptr, slope + first, end - first);
  }
}

struct Sigmoid {
  template <bool kValue, bool kComplement>
  static void run(const double* a, double* value, double* complement, Index count) {
    for (Index i = 0; i < count; ++i) {
      const double x = a[i];
      const double y = -__builtin_fabs(x);
      const Exponential e = exponential(y < kSmallest ? kSmallest : y);
      const double small = y < kSmallest ? 0.0 : e.power + e.power * e.p;  // e^−|x|
      const double larger = 1.0 / (1.0 + small), smaller = small * larger;
      if (kValue) value[i] = x < 0.0 ? smaller : larger;
      if (kComplement) complement[i] = x < 0.0 ? larger : smaller;
    }
  }
};

// A loop for those of its two answers that are asked for: the others are null.
template <class Loop>
void run(const double* a, double* first, double* second, Index count) {
  if (first != nullptr && second != nullptr)
    return Loop::template run<true, true>(a, first, second, count);
  if (first != nullptr) return Loop::template run<true, false>(a, first, second, count);
  Loop::template run<false, true>(a, first, second, count);
}

}  // namespace

extern const Kernels BACKFLOW_KERNEL_TABLE;
const Kernels BACKFLOW_KERNEL_TABLE{BACKFLOW_KERNEL_NAME,
                                    packed_left_size,
                                    packed_right_size,
                                    pack_left,
                                    pack_left_transposed,
                                    pack_right,
                                    pack_right_transposed,
                                    multiply_add,
                                    multiply_add_plain,
                                    add_outer_products,
                                    kWidth,
                                    run<Tanh>,
                                    tanh_slope,
                                    run<Sigmoid>};

}  // namespace backflow::kernel
