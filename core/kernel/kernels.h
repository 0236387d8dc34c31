// The innermost loops, compiled for several instruction sets and chosen when the program starts.
//
// A portable build knows only the oldest processor it must run on; these files are compiled once
// more for each generation (x86-64-v2: SSE4, v3: AVX2, v4: AVX-512), and kernels() returns the best
// that this processor has. Everything else in core/ is plain Eigen.
//
// Matrices are column-major with a leading dimension, as everywhere. Operands of products are plain
// or packed: the left one in panels of a few rows, each panel step by step through the inner
// index, the right one likewise in groups of a few columns. That is the usual way to multiply near
// a processor's peak (Goto & van de Geijn 2008).
#pragma once

#include <cstddef>
#include <span>

namespace backflow::kernel {

using Index = std::ptrdiff_t;

/// A X, one of the products that are added up: A (rows, inner), X (inner, cols). The leading
/// dimensions are those of plain operands; packed ones need none.
struct Term {
  const double* A;
  Index lda;
  const double* X;
  Index ldx;
  Index inner;
};

/// Y (rows, cols) = S + Σ A X over the terms, in one pass over Y. S (rows, cols) may be Y itself;
/// with ld_start = 0 it is the same column for all; null: zero.
struct Sum {
  const Term* terms;
  Index count;
  const double* start;
  Index ld_start;
  Index rows, cols;
  double* Y;
  Index ldy;
};

/// `count` steps of a vanilla network: n units, `cols` sequences side by side; W is packed, (n, n).
/// Steps lie one after the other, (n, cols) each.
struct Steps {
  const double* W;
  Index n, cols, count;
};

/// One step of an LSTM and one sequence, as the forward pass left it (model/lstm_cell.cpp): blocks
/// i, f, g, o of pre-activations (4n), the cell states before and after and h (n each).
struct LstmStep {
  const double *a, *c_before, *c, *h;
};

struct Kernels {
  const char* name;  ///< "x86-64-v4", "x86-64-v3", "x86-64-v2" or "generic"

  /// How many doubles a packed left operand of (rows, inner) takes; rows are padded with zeros.
  Index (*packed_left_size)(Index rows, Index inner);
  /// A packed right operand of (inner, cols); columns are not padded.
  Index (*packed_right_size)(Index inner, Index cols);

  /// Packs A (rows, inner), or Aᵀ of A (inner, rows), as a left operand.
  void (*pack_left)(const double* A, Index lda, Index rows, Index inner, double* packed);
  void (*pack_left_transposed)(const double* A, Index lda, Index rows, Index inner, double* packed);
  /// Packs X (inner, cols), or Xᵀ of X (cols, inner), as a right operand.
  void (*pack_right)(const double* X, Index ldx, Index inner, Index cols, double* packed);
  void (*pack_right_transposed)(const double* X, Index ldx, Index inner, Index cols,
                                double* packed);

  /// Adds up products of packed operands.
  void (*add_packed)(const Sum& sum);
  /// The same with plain X (inner, cols) of leading dimension ldx.
  void (*add_left_packed)(const Sum& sum);
  /// With plain A (rows, inner) of leading dimension lda, and plain X; here and in add_outer() rows
  /// must be a multiple of row_step.
  void (*add_plain)(const Sum& sum);
  /// Outer products of columns: plain A, and X holds Bᵀ, B (cols, inner) of leading dimension ldx.
  void (*add_outer)(const Sum& sum);
  Index row_step;  ///< doubles in a vector

  /// value[i] = tanh(a[i]) within 2 units in the last place, slope[i] = tanh′(a[i]) without
  /// cancellation. NaN stays NaN. Either result may be null; `value` may be `a`.
  void (*tanh)(const double* a, double* value, double* slope, Index count);
  /// out[i] = u[i] tanh′(a[i]) where value[i] = tanh(a[i]) is known: the slope as 1 − value² where
  /// that loses no more than two digits, as above elsewhere. `out` may be `u`.
  void (*tanh_vjp)(const double* a, const double* value, const double* u, double* out, Index count);
  /// value[i] = σ(a[i]) and complement[i] = 1 − σ(a[i]) = σ(−a[i]), both to full relative precision
  /// (their product is σ′); either may be null; `value` may be `a`.
  void (*sigmoid)(const double* a, double* value, double* complement, Index count);

  // Many steps at once, for those that take no longer than what would lie between them.

  /// a_t += W h_{t−1} and h_t = tanh(a_t), t = 1 … count; h is from step 0 on, a from step 1 on.
  void (*tanh_steps)(const Steps& steps, double* a, double* h);
  /// δ_t = e_t tanh′(a_t) and e_{t−1} += W δ_t, t = count … 1; h and e are from step 0 on, a and
  /// delta from step 1 on.
  void (*tanh_steps_vjp)(const Steps& steps, const double* a, const double* h, double* e,
                         double* delta);

  // One step of one sequence through the gates of a cell with φ = tanh: what model/lstm_cell.cpp
  // and model/gru_cell.cpp say, n units at once. Blocks of n: a and delta as there.

  /// c and h from a (i, f, g, o) and c_before.
  void (*lstm)(const double* a, const double* c_before, double* c, double* h, Index n);
  /// delta and u_c_before from u = ∂L/∂h and u_c = ∂L/∂c with h held.
  void (*lstm_vjp)(const LstmStep& step, const double* u, const double* u_c, double* delta,
                   double* u_c_before, Index n);
  /// h from a (r, z, new, extra) and h_before. [1], the reset-after form, completes a's block `new`
  /// first; in [0], the original, it is complete.
  void (*gru[2])(double* a, const double* h_before, double* h, Index n);
  /// delta (r, z, new, extra; [0]: z and new alone) and what goes back to h_before through z.
  void (*gru_vjp[2])(const double* a, const double* h_before, const double* u, double* delta,
                     double* u_before, Index n);
};

/// The best kernels for this processor. The choice is made once; BACKFLOW_KERNELS in the
/// environment ("x86-64-v2", …) asks for another one, which is ignored when the processor lacks it.
const Kernels& kernels();

/// All that this processor can run, the best first.
std::span<const Kernels* const> available_kernels();

}  // namespace backflow::kernel
