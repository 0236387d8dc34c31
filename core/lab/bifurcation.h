// What one neuron (one_neuron.h) does in the long run, over its bias b for a fixed w: its fixed
// points, where two of them meet and vanish, and the cycles of two states that a strongly negative
// w has (Pascanu, Mikolov & Bengio 2013, figure 3; Doya 1993).
//
// With u = x for the sigmoid and x = tanh(u) for tanh, and φ the squashing function, every real u
// is a fixed point of exactly one b = u − w φ(u), where its slope is λ = w φ′(u): stable when
// |λ| < 1. So the curve of fixed points needs no solver; at λ = 1, where db/du = 0, it turns
// (saddle-node), at λ = −1 it loses its stability to a cycle of two states (flip). Both are found
// as roots of w φ′(u) ∓ 1. Closed forms: σ(u) = ½ (1 ± √(1 − 4/|w|)), tanh(u) = ±√(1 − 1/|w|).
#pragma once

#include <vector>

#include "core/lab/one_neuron.h"

namespace backflow::lab {

/// A point of the diagram: a state x that is reached, or kept, with the bias b.
struct LongRunState {
  double b = 0.0, x = 0.0;
};

enum class BranchKind { stable, unstable, cycle };

struct Branch {
  BranchKind kind = BranchKind::stable;
  std::vector<LongRunState> states;  ///< in the order of the curve
};

/// A fixed point where the number or the stability of fixed points changes.
struct Turn {
  double b = 0.0, x = 0.0;
  bool flip = false;  ///< λ = −1; else a saddle-node, λ = 1
};

struct Bifurcation {
  NeuronMap map = NeuronMap::sigmoid;
  double w = 0.0;
  double b_min = 0.0, b_max = 1.0;  ///< of the diagram
  std::vector<Branch> branches;     ///< may reach a little beyond
  std::vector<Turn> turns;          ///< none or two, by rising b
};

/// The saddle-nodes (w > 0) or flips (w < 0), by rising b; empty when |w| φ′ ≤ 1 everywhere.
std::vector<Turn> turns(NeuronMap map, double w);

Bifurcation bifurcation(NeuronMap map, double w);

/// The least w with saddle-nodes, and −w with flips: 4 or 1.
double least_turning_weight(NeuronMap map);

}  // namespace backflow::lab
