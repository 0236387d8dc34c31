// The innermost loops, compiled for several instruction sets and chosen when the program starts.
//
// A portable build knows only the oldest processor it must run on; these files are compiled once
// more for each generation (x86-64-v2: SSE4, v3: AVX2, v4: AVX-512), and kernels() returns the best
// that this processor has. Everything else in core/ is plain Eigen.
//
// Matrices are column-major with a leading dimension, as everywhere. The product works on two
// packed operands: the left one in panels of a few rows, each panel step by step through the inner
// index, the right one likewise in groups of a few columns. That is the usual way to multiply near
// a processor's peak (Goto & van de Geijn 2008).
#pragma once

#include <cstddef>
#include <span>

namespace backflow::kernel {

using Index = std::ptrdiff_t;

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

  /// Y (rows, cols) += A X of packed operands.
  void (*multiply_add)(const double* A, const double* X, Index rows, Index inner, Index cols,
                       double* Y, Index ldy);
  /// The same with a plain X (inner, cols) of leading dimension ldx: small products are done before
  /// packing would pay.
  void (*multiply_add_plain)(const double* A, const double* X, Index ldx, Index rows, Index inner,
                             Index cols, double* Y, Index ldy);
  /// Y (rows, cols) += A Bᵀ of plain A (rows, inner) and B (cols, inner); rows must be a multiple
  /// of row_step.
  void (*add_outer_products)(const double* A, Index lda, const double* B, Index ldb, Index rows,
                             Index inner, Index cols, double* Y, Index ldy);
  Index row_step;

  /// value[i] = tanh(a[i]) within 2 units in the last place, slope[i] = tanh′(a[i]) without
  /// cancellation. NaN stays NaN. Either result may be null; `value` may be `a`.
  void (*tanh)(const double* a, double* value, double* slope, Index count);
  /// slope[i] = tanh′(a[i]) where value[i] = tanh(a[i]) is known: as 1 − value² where that loses no
  /// more than two digits, as above elsewhere.
  void (*tanh_slope)(const double* a, const double* value, double* slope, Index count);
  /// value[i] = σ(a[i]) and complement[i] = 1 − σ(a[i]) = σ(−a[i]), both to full relative precision
  /// (their product is σ′); either may be null; `value` may be `a`.
  void (*sigmoid)(const double* a, double* value, double* complement, Index count);
};

/// The best kernels for this processor. The choice is made once; BACKFLOW_KERNELS in the
/// environment ("x86-64-v2", …) asks for another one, which is ignored when the processor lacks it.
const Kernels& kernels();

/// All that this processor can run, the best first.
std::span<const Kernels* const> available_kernels();

}  // namespace backflow::kernel
