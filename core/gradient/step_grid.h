// Every s-th step of a sequence, for maps that are computed there and interpolated in between.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/gradient/triangular_map.h"

namespace backflow::gradient {

/// The steps 0, s, 2s, … and T of a sequence of T ≥ 1 steps: nodes 0 … last(); stride s ≥ 1.
class StepGrid {
public:
  StepGrid(model::Index steps, model::Index stride) : steps_(steps), stride_(stride) {}

  model::Index last() const { return (steps_ + stride_ - 1) / stride_; }
  model::Index step(model::Index node) const { return std::min(node * stride_, steps_); }

  /// Fills map.at(t, k) for k < t ≤ T from the values at the nodes, at_nodes.at(i, j): a straight
  /// line in the lag between neighbours, and at the nodes the values themselves. Between what is
  /// not finite nothing can be interpolated: the nearer one then.
  void interpolate(const TriangularMap& at_nodes, TriangularMap& map) const {
    for (model::Index t = 1; t <= steps_; ++t)
      for (model::Index k = 0; k < t; ++k) map.at(t, k) = between(at_nodes, t, k);
  }

private:
  // Where a step lies: between node and node + 1, `share` of the way.
  struct Place {
    model::Index node;
    double share;
  };

  Place place(model::Index step_) const {
    const model::Index node = step_ / stride_;
    const model::Index length = std::min(stride_, steps_ - node * stride_);
    return {node, length == 0
                      ? 0.0
                      : static_cast<double>(step_ - node * stride_) / static_cast<double>(length)};
  }

  static double mixed(double a, double b, double share) {
    if (!std::isfinite(a) || !std::isfinite(b)) return share < 0.5 ? a : b;
    return std::lerp(a, b, share);  // exact at both ends
  }

  double between(const TriangularMap& at_nodes, model::Index t, model::Index k) const {
    const Place p = place(t), q = place(k);
    // Both in one stride: along the lag, between the identity and the whole stride.
    if (p.node == q.node && p.share > 0.0)
      return mixed(at_nodes.at(p.node, p.node), at_nodes.at(p.node + 1, p.node), p.share - q.share);
    const auto along_k = [&](model::Index node) {
      if (q.share == 0.0) return at_nodes.at(node, q.node);
      return mixed(at_nodes.at(node, q.node), at_nodes.at(node, std::min(q.node + 1, node)),
                   q.share);
    };
    if (p.share == 0.0) return along_k(p.node);
    return mixed(along_k(p.node), along_k(p.node + 1), p.share);
  }

  model::Index steps_, stride_;
};

}  // namespace backflow::gradient
