// Changes of W_hh by hand. They are values, carried out on the matrix as it is then: while training
// runs, a change of one entry leaves to the others what training has made of them.
//
// W_hh is (G·n, n), the blocks of G gates one below the other; 1 for the vanilla cell.
#pragma once

#include <complex>
#include <cstdint>
#include <string>
#include <variant>

#include "core/model/types.h"

namespace backflow::model {

struct SetEntry {
  Index row = 0, col = 0;  ///< 0 ≤ row < G·n
  double value = 0.0;
};

/// w_i ← factor · w_i, w_i a row.
struct ScaleRow {
  Index row = 0;
  double factor = 1.0;
};

/// Scales a row that is not 0 to ‖w_i‖₂ = norm ≥ 0.
struct SetRowNorm {
  Index row = 0;
  double norm = 1.0;
};

enum class BlockChange {
  transpose,
  zero_diagonal,
  identity,
  orthogonal,     ///< a random one, drawn with `seed` as core/model/initialization.h says
  flip_sign,      ///< W ← −W
  scale_radius,   ///< to ρ = size > 0
  scale_singular  ///< to σ₁ = size > 0
};

/// A change of the whole block (n, n) of one gate.
struct ChangeBlock {
  BlockChange change = BlockChange::transpose;
  Index block = 0;  ///< 0 … G − 1
  double size = 1.0;
  std::uint64_t seed = 1;
};

/// Moves the eigenvalue of one gate's block that is nearest to `from`, see
/// core/model/move_eigenvalue.h.
struct MoveEigenvalue {
  Index block = 0;
  std::complex<double> from, to;
};

/// A matrix takes the place of all of W_hh.
using WeightEdit =
    std::variant<Matrix, SetEntry, ScaleRow, SetRowNorm, ChangeBlock, MoveEigenvalue>;

/// Carries out the edit on W_hh (G·n, n). Returns an empty string, or one sentence with W_hh as it
/// was: when the place is not in the matrix, or the result would not be finite.
std::string apply_edit(const WeightEdit& edit, Matrix& W_hh);

/// Puts two edits that follow each other into one, such as two places of the mouse in one drag:
/// `later` then does what both would. False, and nothing changed, where they do not go together.
bool merge_edits(const WeightEdit& earlier, WeightEdit& later);

}  // namespace backflow::model
