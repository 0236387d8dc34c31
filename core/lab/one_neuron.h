// One neuron with two parameters, iterated T steps: the smallest network whose error surface has a
// wall and whose gradient explodes there (Pascanu, Mikolov & Bengio 2013, section 2.3 and figure 6;
// Doya 1993).
//
//   sigmoid:  x_t = w σ(x_{t−1}) + b        (theirs)
//   tanh:     x_t = tanh(w x_{t−1} + b)     (the vanilla cell of this program, with n = 1)
//
//   E(w, b) = (x_T − y)²,   ∂E/∂θ = 2 (x_T − y) ∂x_T/∂θ   for θ = w, b
//
// and ∂x_t/∂θ by forward recursion, s_t = ∂x_t/∂x_{t−1}:
//
//   sigmoid:  s_t = w σ′(x_{t−1})     ∂x_t/∂w = σ(x_{t−1}) + s_t ∂x_{t−1}/∂w     ∂x_t/∂b = 1 + …
//   tanh:     s_t = (1 − x_t²) w      ∂x_t/∂w = (1 − x_t²) x_{t−1} + …   ∂x_t/∂b = (1 − x_t²) + …
//
// All numbers are plain, without units. Nothing here knows the network that is trained.
#pragma once

#include <array>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "core/model/enum_names.h"
#include "core/model/types.h"

namespace backflow::lab {

/// Asked now and then during long work; true gives it up.
using Cancelled = std::function<bool()>;

enum class NeuronMap { sigmoid, tanh };

struct Neuron {
  NeuronMap map = NeuronMap::sigmoid;
  model::Index steps = 50;  ///< T ≥ 1
  double initial = 0.5;     ///< x_0
  double target = 0.7;      ///< y
  bool operator==(const Neuron&) const = default;
};

struct NeuronPoint {
  double w = 0.0, b = 0.0;
  bool operator==(const NeuronPoint&) const = default;
};

/// x_t from x_{t−1} = x.
double next_state(NeuronMap map, NeuronPoint at, double x);
/// ∂x_t/∂x_{t−1} at x_{t−1} = x.
double slope(NeuronMap map, NeuronPoint at, double x);
/// The largest slope of the squashing function itself: ¼ for the sigmoid, 1 for tanh.
double steepest(NeuronMap map);

/// E and its gradient at one point. Not finite where the numbers leave the range of double.
struct NeuronError {
  double state = 0.0;  ///< x_T
  double error = 0.0;  ///< E
  double dw = 0.0, db = 0.0;
  double gradient_norm() const;  ///< √(dw² + db²)
};
NeuronError error_at(const Neuron& neuron, NeuronPoint at);

/// x_T alone.
double final_state(const Neuron& neuron, NeuronPoint at);

/// Where the error surface jumps when T grows: on the line of (w, b) for which x_0 itself is a
/// fixed point, b = x_0 − w σ(x_0) or b = artanh(x_0) − w x_0, as far as it repels, |λ| > 1: states
/// on its two sides end up at different attractors. There x_t = x_0 for all t, hence
/// ∂x_T/∂b = f (λ^T − 1)/(λ − 1) with f = 1 (sigmoid) or 1 − x_0² (tanh): finite, and exponential
/// in T.
struct Wall {
  NeuronPoint at;
  double slope = 0.0;     ///< λ = w σ′(x_0) or w (1 − x_0²)
  double gradient = 0.0;  ///< ‖∇E‖ there, in closed form; infinite beyond the range of double
  /// E at b − step and at b + step.
  double below = 0.0, above = 0.0;
  double step = 0.0;
};
/// Nothing where there is no wall at this w: |λ| ≤ 1, or |x_0| ≥ 1 for tanh.
std::optional<Wall> wall_at(const Neuron& neuron, double w, double step = 0.01);
/// The |w| from which on there is one; infinite when there is none at all.
double least_wall_weight(const Neuron& neuron);

/// Plain gradient descent from `start`, θ ← θ − η g, with g = ∇E · min(1, threshold/‖∇E‖).
struct Descent {
  NeuronPoint start{5.0, -2.4};
  double learning_rate = 0.01;  ///< η
  double threshold = 2.0;       ///< infinite: no clipping
  model::Index iterations = 300;
  bool operator==(const Descent&) const = default;
};
struct DescentStep {
  NeuronPoint at;
  double error = 0.0, gradient_norm = 0.0;  ///< the norm before clipping
};
/// iterations + 1 points, the first of them the start; fewer when a number is not finite, which is
/// the last one's.
std::vector<DescentStep> descend(const Neuron& neuron, const Descent& descent);

/// A rectangle of the (w, b) plane.
struct SurfaceRange {
  double w_min = 0.0, w_max = 1.0, b_min = 0.0, b_max = 1.0;
  bool operator==(const SurfaceRange&) const = default;
};
/// The part of the plane around the walls of both maps' usual x_0; wider when `start` is not in it.
SurfaceRange surface_range(NeuronMap map, NeuronPoint start);

/// A line of equal E.
struct Contour {
  double log10_error = 0.0;
  std::vector<NeuronPoint> points;
};

struct ErrorSurface {
  Neuron neuron;
  SurfaceRange range;
  /// log10 E in the middle of rows × columns equal cells of the range: row 0 at b_max, column 0 at
  /// w_min. −inf where E is 0.
  model::Matrix log10_error;
  std::shared_ptr<const std::vector<float>> cells;  ///< the same row by row, for drawing
  double low = 0.0, high = 0.0;                     ///< of what is finite in it
  double highest = 1.0;                             ///< the largest finite E
  model::Matrix shares;           ///< E / highest, cell by cell; 1 where it is not finite
  std::vector<Contour> contours;  ///< at the powers of ten from kLeastContour on

  /// The middle of a column and of a row, which need not be whole numbers.
  double w(double column) const;
  double b(double row) const;
};
inline constexpr int kLeastContour = -4;

/// Nothing when cancelled (asked once per row). Cost: rows · columns · T evaluations of exp.
std::optional<ErrorSurface> error_surface(const Neuron& neuron, const SurfaceRange& range,
                                          model::Index rows, model::Index columns,
                                          const Cancelled& cancelled = {});

/// What a person may choose.
struct NeuronOptions {
  Neuron neuron;
  Descent descent;
  bool operator==(const NeuronOptions&) const = default;
};

}  // namespace backflow::lab

template <>
struct backflow::model::EnumNames<backflow::lab::NeuronMap> {
  using Map = backflow::lab::NeuronMap;
  static constexpr std::array<EnumName<Map>, 2> kAll{{
      {Map::sigmoid, "sigmoid", "w σ(x) + b"},
      {Map::tanh, "tanh", "tanh(w x + b)"},
  }};
};
