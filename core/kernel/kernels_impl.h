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
Strip strip(const Term& term, Index row, Index width, Index col, Index cols) {
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
inline void each(const Function& f) {
#pragma GCC unroll 8
  for (int i = 0; i < N; ++i) f(i);
}

// Y = start + Σ A X for a panel of V vectors and N columns. K is how many inner indices go at once
// into accumulators of their own, so that narrow products do not wait for each addition.
template <Layout kLayout, int V, int N, int K>
void tile(const Sum& sum, const Place& at) {
  constexpr bool kPlain = is_right_plain(kLayout);
  Vector sums[K][N][V];
  each<K>(
      [&](int u) { each<N>([&](int j) { each<V>([&](int v) { sums[u][j][v] = Vector{}; }); }); });
  if (at.start != nullptr)
    each<N>([&](int j) {
      each<V>([&](int v) { sums[0][j][v] = load(at.start + j * at.ld_start + v * kWidth); });
    });
  for (Index i = 0; i < sum.count; ++i) {
    const Index inner = sum.terms[i].inner;
    const Strip own = strip<kLayout>(sum.terms[i], at.row, V * kWidth, at.col, at.cols);
    const auto add = [&](Index k, Vector(&to)[N][V]) {
      Vector a[V];
      each<V>([&](int v) { a[v] = load(own.a + k * own.a_step + v * kWidth); });
      each<N>([&](int j) {
        const Vector x = broadcast(kPlain ? own.x[k + j * own.x_step] : own.x[k * own.x_step + j]);
        each<V>([&](int v) { to[j][v] += a[v] * x; });
      });
    };
    Index k = 0;
    for (; k + K <= inner; k += K) each<K>([&](int u) { add(k + u, sums[u]); });
    if (K > 1)
      for (; k < inner; ++k) add(k, sums[0]);
  }
  double* const Y = at.Y;
  const Index ldy = at.ldy;
  each<N>([&](int j) {
    each<V>([&](int v) {
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

// e^y = power (1 + p) and e^y − 1 = power p + (power − 1) for y ≤ 0, without branches: y = k ln 2 +
// r with |r| ≤ ln 2/2, p = e^r − 1, power = 2^k, or zero where that is below the normal numbers.
struct Exponential {
  double power, p;
};

inline Exponential exponential(double y) {
  constexpr double kLowest = -709.0;   // k = −1023 has the exponent bits of zero
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits
  constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
  // p = r + r² (1/2 + c1 r + … + c9 r⁹) with the least error relative to r, 2^−55
  // (scripts/exponential_coefficients).
  constexpr double c1 = 0x1.555555555555ap-3, c2 = 0x1.5555555553ae9p-5, c3 = 0x1.111111110f0d7p-7,
                   c4 = 0x1.6c16c17a0ad1dp-10, c5 = 0x1.a01a01b2b732ep-13,
                   c6 = 0x1.a019b3763c209p-16, c7 = 0x1.71ddf081c8506p-19,
                   c8 = 0x1.28978c0e17cb0p-22, c9 = 0x1.af6d1738260c5p-26;
  y = y < kLowest ? kLowest : y;  // NaN stays NaN
  const double shifted = y * 1.4426950408889634 + kRound;
  const double k = shifted - kRound;
  const double r = (y - k * kLn2High) - k * kLn2Low;
  // In pairs (Estrin), so that few operations wait for each other.
  const double r2 = r * r, r4 = r2 * r2;
  const double low = (0.5 + r * c1) + r2 * (c2 + r * c3);
  const double high = (c4 + r * c5) + r2 * (c6 + r * c7);
  const double series = low + r4 * (high + r4 * (c8 + r * c9));
  std::uint64_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;
  double power;
  std::memcpy(&power, &bits, sizeof power);
  return {power, series * r2 + r};
}

struct TanhAndSlope {
  double value, slope;
};

inline TanhAndSlope tanh_of(double x) {
  const Exponential e = exponential(-2.0 * __builtin_fabs(x));
  const double minus_one = e.power * e.p + (e.power - 1.0);  // e^−2|x| − 1
  const double inverse = 1.0 / (2.0 + minus_one);
  const double slope = 4.0 * (e.power + e.power * e.p) * inverse * inverse;
  return {__builtin_copysign(-minus_one * inverse, x), slope};
}

struct SigmoidAndComplement {
  double value, complement;
};

inline SigmoidAndComplement sigmoid_of(double x) {
  const Exponential e = exponential(-__builtin_fabs(x));
  const double small = e.power + e.power * e.p;  // e^−|x|
  const double larger = 1.0 / (1.0 + small), smaller = small * larger;
  return {x < 0.0 ? smaller : larger, x < 0.0 ? larger : smaller};
}

struct Tanh {
  template <bool kValue, bool kSlope>
  static void run(const double* a, double* value, double* slope, Index count) {
    for (Index i = 0; i < count; ++i) {
      const TanhAndSlope f = tanh_of(a[i]);
      if (kValue) value[i] = f.value;
      if (kSlope) slope[i] = f.slope;
    }
  }
};

struct Sigmoid {
  template <bool kValue, bool kComplement>
  static void run(const double* a, double* value, double* complement, Index count) {
    for (Index i = 0; i < count; ++i) {
      const SigmoidAndComplement f = sigmoid_of(a[i]);
      if (kValue) value[i] = f.value;
      if (kComplement) complement[i] = f.complement;
    }
  }
};

void tanh_vjp(const double* a, const double* value, const double* u, double* out, Index count) {
  constexpr Index kBlock = 16;
  constexpr double kPlain = 0.99;
  double slope[kBlock];
  for (Index first = 0; first < count; first += kBlock) {
    const Index end = min(first + kBlock, count);
    std::int64_t plain = 0;  // NaN is not
    for (Index i = first; i < end; ++i) plain += __builtin_fabs(value[i]) <= kPlain;
    if (plain == end - first) {
      for (Index i = first; i < end; ++i) out[i] = u[i] * ((1.0 - value[i]) * (1.0 + value[i]));
      continue;
    }
    Tanh::run<false, true>(a + first, nullptr, slope, end - first);
    for (Index i = first; i < end; ++i) out[i] = u[i] * slope[i - first];
  }
}

void lstm(const double* a, const double* c_before, double* __restrict c, double* __restrict h,
          Index n) {
  for (Index j = 0; j < n; ++j) {
    const double i = sigmoid_of(a[j]).value, f = sigmoid_of(a[n + j]).value;
    const double g = tanh_of(a[2 * n + j]).value, o = sigmoid_of(a[3 * n + j]).value;
    const double own = f * c_before[j] + i * g;
    c[j] = own;
    h[j] = o * tanh_of(own).value;
  }
}

void lstm_vjp(const double* a, const double* c_before, const double* c, const double* u,
              const double* u_c, double* __restrict delta, double* __restrict u_c_before, Index n) {
  for (Index j = 0; j < n; ++j) {
    const SigmoidAndComplement i = sigmoid_of(a[j]), f = sigmoid_of(a[n + j]);
    const TanhAndSlope g = tanh_of(a[2 * n + j]), phi = tanh_of(c[j]);
    const SigmoidAndComplement o = sigmoid_of(a[3 * n + j]);
    const double through = u_c[j] + u[j] * o.value * phi.slope;  // ∂L/∂c_t, through h_t as well
    delta[j] = through * g.value * (i.value * i.complement);
    delta[n + j] = through * c_before[j] * (f.value * f.complement);
    delta[2 * n + j] = through * i.value * g.slope;
    delta[3 * n + j] = u[j] * phi.value * (o.value * o.complement);
    u_c_before[j] = through * f.value;
  }
}

template <bool kResetAfter>
void gru(double* __restrict a, const double* h_before, double* __restrict h, Index n) {
  for (Index j = 0; j < n; ++j) {
    double own = a[2 * n + j];
    if (kResetAfter) a[2 * n + j] = own += sigmoid_of(a[j]).value * a[3 * n + j];
    const SigmoidAndComplement z = sigmoid_of(a[n + j]);
    h[j] = tanh_of(own).value * z.complement + z.value * h_before[j];
  }
}

template <bool kResetAfter>
void gru_vjp(const double* a, const double* h_before, const double* u, double* __restrict delta,
             double* __restrict u_before, Index n) {
  for (Index j = 0; j < n; ++j) {
    const SigmoidAndComplement z = sigmoid_of(a[n + j]);
    const TanhAndSlope own = tanh_of(a[2 * n + j]);
    const double by_new = u[j] * z.complement * own.slope;
    delta[n + j] = u[j] * (h_before[j] - own.value) * z.value * z.complement;
    delta[2 * n + j] = by_new;
    u_before[j] = u[j] * z.value;
    if (!kResetAfter) continue;
    const SigmoidAndComplement r = sigmoid_of(a[j]);
    delta[j] = by_new * a[3 * n + j] * (r.value * r.complement);
    delta[3 * n + j] = by_new * r.value;
  }
}

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
                                    add_up<Layout::packed>,
                                    add_up<Layout::packed_and_plain>,
                                    add_up<Layout::plain>,
                                    add_up<Layout::outer>,
                                    kWidth,
                                    run<Tanh>,
                                    tanh_vjp,
                                    run<Sigmoid>,
                                    lstm,
                                    lstm_vjp,
                                    {gru<false>, gru<true>},
                                    {gru_vjp<false>, gru_vjp<true>}};

}  // namespace backflow::kernel
