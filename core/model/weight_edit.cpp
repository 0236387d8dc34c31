#include "core/model/weight_edit.h"

#include <cmath>

#include "core/model/initialization.h"
#include "core/model/move_eigenvalue.h"
#include "core/model/norm.h"

namespace backflow::model {
namespace {

std::string shape_of(const Matrix& W) {
  return std::to_string(W.rows()) + " × " + std::to_string(W.cols());
}

std::string check_row(Index row, const Matrix& W) {
  if (row >= 0 && row < W.rows()) return {};
  return "W_hh has no row " + std::to_string(row + 1) + "; allowed: 1 to " +
         std::to_string(W.rows());
}

std::string check_block(Index block, const Matrix& W) {
  const Index blocks = W.cols() == 0 ? 0 : W.rows() / W.cols();
  if (block >= 0 && block < blocks) return {};
  return "W_hh has no block " + std::to_string(block + 1) + "; allowed: 1 to " +
         std::to_string(blocks);
}

std::string carry_out(const Matrix& all, Matrix& W) {
  if (all.rows() != W.rows() || all.cols() != W.cols())
    return "W_hh must be " + shape_of(W) + ", not " + shape_of(all);
  W = all;
  return {};
}

std::string carry_out(const SetEntry& edit, Matrix& W) {
  if (std::string error = check_row(edit.row, W); !error.empty()) return error;
  if (edit.col < 0 || edit.col >= W.cols())
    return "W_hh has no column " + std::to_string(edit.col + 1) + "; allowed: 1 to " +
           std::to_string(W.cols());
  W(edit.row, edit.col) = edit.value;
  return {};
}

std::string carry_out(const ScaleRow& edit, Matrix& W) {
  if (std::string error = check_row(edit.row, W); !error.empty()) return error;
  W.row(edit.row) *= edit.factor;
  return {};
}

std::string carry_out(const SetRowNorm& edit, Matrix& W) {
  if (std::string error = check_row(edit.row, W); !error.empty()) return error;
  const double norm = norm_of(W.row(edit.row));
  if (norm == 0.0)
    return "row " + std::to_string(edit.row + 1) +
           " of W_hh is 0, and no factor changes that; set an entry first";
  W.row(edit.row) *= edit.norm / norm;
  return {};
}

std::string carry_out(const ChangeBlock& edit, Matrix& W) {
  if (std::string error = check_block(edit.block, W); !error.empty()) return error;
  const Index n = W.cols();
  Matrix block = W.middleRows(edit.block * n, n);
  std::string error;
  switch (edit.change) {
    case BlockChange::transpose:
      block.transposeInPlace();
      break;
    case BlockChange::zero_diagonal:
      block.diagonal().setZero();
      break;
    case BlockChange::identity:
      block.setIdentity();
      break;
    case BlockChange::orthogonal:
      block = initial_recurrent_weights(RecurrentInit::orthogonal, n, 1.0, edit.seed);
      break;
    case BlockChange::flip_sign:
      block = -block;
      break;
    case BlockChange::scale_radius:
      error = scale_to_spectral_radius(block, edit.size);
      break;
    case BlockChange::scale_singular:
      error = scale_to_singular_value(block, edit.size);
      break;
  }
  if (error.empty()) W.middleRows(edit.block * n, n) = block;
  return error;
}

std::string carry_out(const MoveEigenvalue& edit, Matrix& W) {
  if (std::string error = check_block(edit.block, W); !error.empty()) return error;
  const Index n = W.cols();
  Matrix block = W.middleRows(edit.block * n, n);
  std::string error = move_eigenvalue(block, edit.from, edit.to);
  if (error.empty()) W.middleRows(edit.block * n, n) = block;
  return error;
}

bool overtakes(const SetEntry& later, const SetEntry& earlier) {
  return later.row == earlier.row && later.col == earlier.col;
}
bool overtakes(const SetRowNorm& later, const SetRowNorm& earlier) {
  // A row that was made 0 on the way cannot be brought back.
  return later.row == earlier.row && earlier.norm != 0.0;
}
bool overtakes(const ChangeBlock& later, const ChangeBlock& earlier) {
  return later.block == earlier.block && later.change == earlier.change &&
         (later.change == BlockChange::scale_radius || later.change == BlockChange::scale_singular);
}

}  // namespace

std::string apply_edit(const WeightEdit& edit, Matrix& W_hh) {
  Matrix wanted = W_hh;
  std::string error = std::visit([&](const auto& e) { return carry_out(e, wanted); }, edit);
  if (!error.empty()) return error;
  if (!wanted.allFinite()) return "W_hh must not have entries that are not finite";
  W_hh = std::move(wanted);
  return {};
}

bool merge_edits(const WeightEdit& earlier, WeightEdit& later) {
  if (std::holds_alternative<Matrix>(later)) return true;
  if (earlier.index() != later.index()) return false;
  if (const auto* before = std::get_if<SetEntry>(&earlier))
    return overtakes(std::get<SetEntry>(later), *before);
  if (const auto* before = std::get_if<SetRowNorm>(&earlier))
    return overtakes(std::get<SetRowNorm>(later), *before);
  if (const auto* before = std::get_if<ChangeBlock>(&earlier))
    return overtakes(std::get<ChangeBlock>(later), *before);
  if (const auto* before = std::get_if<MoveEigenvalue>(&earlier)) {
    auto& move = std::get<MoveEigenvalue>(later);
    // Only where the second goes on from where the first one arrived.
    if (move.block != before->block || move.from != before->to) return false;
    // Where two real ones met is where they may leave the axis.
    if (before->to.imag() == 0.0 && move.to.imag() != 0.0) return false;
    move.from = before->from;
    return true;
  }
  if (const auto* before = std::get_if<ScaleRow>(&earlier)) {
    auto& scale = std::get<ScaleRow>(later);
    if (scale.row != before->row) return false;
    scale.factor *= before->factor;
    return true;
  }
  return false;
}

}  // namespace backflow::model
