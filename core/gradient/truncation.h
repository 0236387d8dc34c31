// Truncated backpropagation through time: how far back a loss may be blamed on the weights.
//
//   horizon  every loss flows back over at most τ steps, its own included (Williams & Peng 1990)
//   chunks   the sequence is cut every τ steps; the state is carried on, the gradient is not
//            (what training loops do that detach the state)
// Both are approximations: the gradient of a function that takes older states for constants.
#pragma once

#include <algorithm>
#include <array>

#include "core/model/enum_names.h"
#include "core/model/types.h"

namespace backflow::gradient {

enum class TruncationKind { none, horizon, chunks };

struct Truncation {
  TruncationKind kind = TruncationKind::none;
  model::Index steps = 10;  ///< τ ≥ 1

  bool operator==(const Truncation&) const = default;

  /// The first step whose use of the weights a loss at step t ≥ 1 is blamed on.
  model::Index earliest(model::Index t) const {
    switch (kind) {
      case TruncationKind::none:
        return 1;
      case TruncationKind::horizon:
        return std::max<model::Index>(1, t - steps + 1);
      case TruncationKind::chunks:
        return (t - 1) / steps * steps + 1;
    }
    return 1;
  }

  /// True when no blame of a loss at step t reaches h_k, k ≤ t.
  bool cuts(model::Index t, model::Index k) const {
    if (kind == TruncationKind::none || t < 1) return false;
    return k < earliest(t) && !(k == 0 && earliest(t) == 1);
  }
};

}  // namespace backflow::gradient

template <>
struct backflow::model::EnumNames<backflow::gradient::TruncationKind> {
  using Kind = backflow::gradient::TruncationKind;
  static constexpr std::array<EnumName<Kind>, 3> kAll{{
      {Kind::none, "none", "none (full BPTT)"},
      {Kind::horizon, "horizon", "fixed horizon"},
      {Kind::chunks, "chunks", "chunks"},
  }};
};
