#include "core/lab/one_neuron.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/lab/contour.h"

namespace backflow::lab {
namespace {

using model::Index;

constexpr double kInf = std::numeric_limits<double>::infinity();

// Of e^{−|x|}, which does not overflow.
double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

double sigmoid_slope(double x) {
  const double e = std::exp(-std::abs(x));
  return e / ((1.0 + e) * (1.0 + e));
}

// ∂x_t/∂w and ∂x_t/∂b for a fixed x_{t−1} = x.
NeuronPoint direct(NeuronMap map, double x, double next) {
  if (map == NeuronMap::sigmoid) return {sigmoid(x), 1.0};
  const double f = 1.0 - next * next;
  return {f * x, f};
}

// 1 + λ + … + λ^{T−1}.
double geometric_sum(double lambda, Index T) {
  const auto steps = static_cast<double>(T);
  return lambda == 1.0 ? steps : (std::pow(lambda, steps) - 1.0) / (lambda - 1.0);
}

bool is_finite(const DescentStep& step) {
  return std::isfinite(step.at.w) && std::isfinite(step.at.b) && std::isfinite(step.error) &&
         std::isfinite(step.gradient_norm);
}

double square(double x) { return x * x; }

}  // namespace

double next_state(NeuronMap map, NeuronPoint at, double x) {
  return map == NeuronMap::sigmoid ? at.w * sigmoid(x) + at.b : std::tanh(at.w * x + at.b);
}

double slope(NeuronMap map, NeuronPoint at, double x) {
  if (map == NeuronMap::sigmoid) return at.w * sigmoid_slope(x);
  const double next = std::tanh(at.w * x + at.b);
  return at.w * (1.0 - next * next);
}

double steepest(NeuronMap map) { return map == NeuronMap::sigmoid ? 0.25 : 1.0; }

double NeuronError::gradient_norm() const { return std::hypot(dw, db); }

NeuronError error_at(const Neuron& neuron, NeuronPoint at) {
  double x = neuron.initial;
  NeuronPoint change;  // ∂x_t/∂w, ∂x_t/∂b
  for (Index t = 0; t < neuron.steps; ++t) {
    const double next = next_state(neuron.map, at, x);
    const double s =
        neuron.map == NeuronMap::sigmoid ? at.w * sigmoid_slope(x) : at.w * (1.0 - next * next);
    const NeuronPoint own = direct(neuron.map, x, next);
    change = {own.w + s * change.w, own.b + s * change.b};
    x = next;
  }
  const double miss = x - neuron.target;
  return {x, miss * miss, 2.0 * miss * change.w, 2.0 * miss * change.b};
}

double final_state(const Neuron& neuron, NeuronPoint at) {
  double x = neuron.initial;
  for (Index t = 0; t < neuron.steps; ++t) x = next_state(neuron.map, at, x);
  return x;
}

double least_wall_weight(const Neuron& neuron) {
  if (neuron.map == NeuronMap::sigmoid) return 1.0 / sigmoid_slope(neuron.initial);
  const double f = 1.0 - square(neuron.initial);
  return f > 0.0 ? 1.0 / f : kInf;
}

std::optional<Wall> wall_at(const Neuron& neuron, double w, double step) {
  if (!(std::abs(w) > least_wall_weight(neuron))) return std::nullopt;
  const double x = neuron.initial;
  const bool is_sigmoid = neuron.map == NeuronMap::sigmoid;
  Wall wall;
  wall.at = {w, is_sigmoid ? x - w * sigmoid(x) : std::atanh(x) - w * x};
  wall.slope = w / least_wall_weight(neuron);
  const NeuronPoint own = direct(neuron.map, x, x);
  const double sum = geometric_sum(wall.slope, neuron.steps);
  wall.gradient = 2.0 * std::abs(x - neuron.target) * std::abs(sum) * std::hypot(own.w, own.b);
  wall.step = step;
  wall.below = square(final_state(neuron, {w, wall.at.b - step}) - neuron.target);
  wall.above = square(final_state(neuron, {w, wall.at.b + step}) - neuron.target);
  return wall;
}

std::vector<DescentStep> descend(const Neuron& neuron, const Descent& descent) {
  std::vector<DescentStep> path;
  NeuronPoint at = descent.start;
  for (Index i = 0; i <= descent.iterations; ++i) {
    const NeuronError e = error_at(neuron, at);
    const double norm = e.gradient_norm();
    path.push_back({at, e.error, norm});
    if (!is_finite(path.back())) break;
    const double factor = norm > descent.threshold ? descent.threshold / norm : 1.0;
    at = {at.w - descent.learning_rate * factor * e.dw,
          at.b - descent.learning_rate * factor * e.db};
  }
  return path;
}

SurfaceRange surface_range(NeuronMap map, NeuronPoint start) {
  SurfaceRange range = map == NeuronMap::sigmoid ? SurfaceRange{3.0, 6.5, -3.75, -1.0}
                                                 : SurfaceRange{0.5, 3.5, -1.5, 1.0};
  const double w_room = 0.08 * (range.w_max - range.w_min);
  const double b_room = 0.08 * (range.b_max - range.b_min);
  range.w_min = std::min(range.w_min, start.w - w_room);
  range.w_max = std::max(range.w_max, start.w + w_room);
  range.b_min = std::min(range.b_min, start.b - b_room);
  range.b_max = std::max(range.b_max, start.b + b_room);
  return range;
}

double ErrorSurface::w(double column) const {
  const double share = (column + 0.5) / static_cast<double>(log10_error.cols());
  return range.w_min + share * (range.w_max - range.w_min);
}

double ErrorSurface::b(double row) const {
  const double share = (row + 0.5) / static_cast<double>(log10_error.rows());
  return range.b_max - share * (range.b_max - range.b_min);
}

namespace {

void add_shares(ErrorSurface& surface) {
  if (std::isfinite(surface.high)) surface.highest = std::pow(10.0, surface.high);
  surface.shares = surface.log10_error.unaryExpr([&](double log10) {
    const double share = std::pow(10.0, log10) / surface.highest;
    return share <= 1.0 ? share : 1.0;
  });
}

// What follows from the numbers: cells, range, heights and contours.
void finish(const model::Matrix& states, ErrorSurface& surface) {
  const model::Matrix& values = surface.log10_error;
  auto cells = std::make_shared<std::vector<float>>();
  cells->reserve(static_cast<std::size_t>(values.size()));
  surface.low = kInf;
  surface.high = -kInf;
  for (Index row = 0; row < values.rows(); ++row)
    for (Index column = 0; column < values.cols(); ++column) {
      const double value = values(row, column);
      cells->push_back(static_cast<float>(value));
      if (!std::isfinite(value)) continue;
      surface.low = std::min(surface.low, value);
      surface.high = std::max(surface.high, value);
    }
  surface.cells = std::move(cells);
  add_shares(surface);
  // E = 10^k where x_T misses the target by ±10^{k/2}: in x_T the valley where E is 0 is no dip
  // narrower than a cell.
  for (int level = kLeastContour; level < surface.high; ++level)
    for (const double side : {-1.0, 1.0})
      for (const auto& line :
           contour_lines(states, surface.neuron.target + side * std::pow(10.0, level / 2.0))) {
        Contour contour{static_cast<double>(level), {}};
        for (const GridPoint& point : line)
          contour.points.push_back({surface.w(point.column), surface.b(point.row)});
        surface.contours.push_back(std::move(contour));
      }
}

}  // namespace

std::optional<ErrorSurface> error_surface(const Neuron& neuron, const SurfaceRange& range,
                                          Index rows, Index columns, const Cancelled& cancelled) {
  ErrorSurface surface;
  surface.neuron = neuron;
  surface.range = range;
  surface.log10_error.resize(rows, columns);
  model::Matrix states(rows, columns);
  for (Index row = 0; row < rows; ++row) {
    if (cancelled && cancelled()) return std::nullopt;
    const double b = surface.b(static_cast<double>(row));
    for (Index column = 0; column < columns; ++column) {
      states(row, column) = final_state(neuron, {surface.w(static_cast<double>(column)), b});
      surface.log10_error(row, column) =
          2.0 * std::log10(std::abs(states(row, column) - neuron.target));
    }
  }
  finish(states, surface);
  return surface;
}

}  // namespace backflow::lab
