// Optimisers: how the parameters θ move against the gradient g with learning rate η.
//
//   SGD                 θ ← θ − η g
//   momentum            v ← μ v + g,                        θ ← θ − η v        (Polyak 1964)
//   Nesterov            v ← μ v + g,                        θ ← θ − η (g + μ v)
//   RMSProp             s ← α s + (1 − α) g²,               θ ← θ − η g / (√s + ε)
//   Adam                m ← β₁ m + (1 − β₁) g,  s ← β₂ s + (1 − β₂) g²,
//                       θ ← θ − η m / (1 − β₁ᵏ) / (√(s / (1 − β₂ᵏ)) + ε)       in update k = 1, 2,
//                       …
// Weight decay w adds w θ to g; AdamW instead shrinks the weights themselves, θ ← (1 − η w) θ,
// before its step. Squares, roots and quotients are taken entry by entry.
//
// Sutskever et al. 2013 (Nesterov); Tieleman & Hinton 2012 (RMSProp); Kingma & Ba 2015 (Adam);
// Loshchilov & Hutter 2019 (AdamW); all in the form of torch.optim of PyTorch 1.13, with no
// dampening.
#pragma once

#include <array>
#include <cstdint>

#include "core/model/enum_names.h"
#include "core/model/parameters.h"

namespace backflow::training {

enum class OptimizerKind { sgd, momentum, nesterov, rmsprop, adam, adamw };

/// Whether the recurrent weights are trained.
enum class Freeze { off, on };

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::sgd;
  double momentum = 0.9;      ///< μ, 0 ≤ μ < 1
  double beta1 = 0.9;         ///< β₁, 0 ≤ β₁ < 1
  double beta2 = 0.999;       ///< β₂, 0 ≤ β₂ < 1
  double alpha = 0.99;        ///< α, 0 ≤ α < 1
  double epsilon = 1e-8;      ///< ε > 0
  double weight_decay = 0.0;  ///< w ≥ 0, on biases too
  /// on: an update leaves W_hh as it is, bit for bit, and what is remembered for it too. Its
  /// gradient is there all the same, and counts in the norm that is clipped.
  Freeze freeze_recurrent = Freeze::off;
};

/// What an optimiser remembers. A plain value: a copy of it and of the parameters continues a run
/// bit for bit.
struct OptimizerState {
  OptimizerKind kind = OptimizerKind::sgd;  ///< whose memory it is
  std::uint64_t updates = 0;                ///< made so far by that optimiser
  model::Parameters first;                  ///< v or m; empty where the optimiser has none
  model::Parameters second;                 ///< s; empty where the optimiser has none
};

/// One update of `parameters` with `gradients` of the same shapes. Memory of another optimiser is
/// forgotten: a new one starts at zero. Changed options of the same one keep its memory. Allocates
/// only in an optimiser's first update.
void update(const OptimizerOptions& options, double learning_rate,
            const model::Parameters& gradients, model::Parameters& parameters,
            OptimizerState& state);

}  // namespace backflow::training

template <>
struct backflow::model::EnumNames<backflow::training::Freeze> {
  using Freeze = backflow::training::Freeze;
  static constexpr std::array<EnumName<Freeze>, 2> kAll{{
      {Freeze::off, "off", "trained"},
      {Freeze::on, "on", "frozen"},
  }};
};

template <>
struct backflow::model::EnumNames<backflow::training::OptimizerKind> {
  using Kind = backflow::training::OptimizerKind;
  static constexpr std::array<EnumName<Kind>, 6> kAll{{
      {Kind::sgd, "sgd", "SGD"},
      {Kind::momentum, "momentum", "momentum"},
      {Kind::nesterov, "nesterov", "Nesterov"},
      {Kind::rmsprop, "rmsprop", "RMSProp"},
      {Kind::adam, "adam", "Adam"},
      {Kind::adamw, "adamw", "AdamW"},
  }};
};
