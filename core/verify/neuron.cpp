// The neuron of Pascanu, Mikolov & Bengio (2013): x_t = w σ(x_{t−1}) + b.
#include <cmath>
#include <string>

#include "core/lab/bifurcation.h"
#include "core/lab/one_neuron.h"
#include "core/verify/check_list.h"

namespace backflow::verify {
namespace {

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// Where a fixed point has the slope 1: w σ (1 − σ) = 1.
Findings saddle_nodes(const Options&) {
  constexpr double kW = 5.0;
  const double root = std::sqrt(1.0 - 4.0 / kW);
  const auto closed_form = [&](double s) { return std::log(s / (1.0 - s)) - kW * s; };
  const double low = closed_form(0.5 * (1.0 + root)), high = closed_form(0.5 * (1.0 - root));
  const auto found = lab::turns(lab::NeuronMap::sigmoid, kW);
  std::vector<Finding> findings{{"saddle-nodes at w = 5", 2.0, static_cast<double>(found.size())}};
  if (found.size() != 2) return findings;
  findings.push_back({"b of the lower one", low, found[0].b, 1e-9});
  findings.push_back({"b of the upper one", high, found[1].b, 1e-9});
  return findings;
}

// The b where ‖∇E‖ is largest among 4,001 within 0.05 of the guess.
double steepest_b(const lab::Neuron& neuron, double w, double guess) {
  const double low = guess - 0.05, high = guess + 0.05;
  double best = guess, largest = 0.0;
  constexpr int kLooks = 4000;
  for (int i = 0; i <= kLooks; ++i) {
    const double b = low + (high - low) * i / kLooks;
    const double norm = lab::error_at(neuron, {w, b}).gradient_norm();
    if (norm > largest) {
      largest = norm;
      best = b;
    }
  }
  return best;
}

Findings wall(const Options& options) {
  const lab::Neuron neuron;  // x_0 = 0.5, y = 0.7, T = 50
  std::vector<Finding> findings;
  for (const double w : {5.0, 6.0}) {
    if (options.stops((w - 5.0) / 2.0)) return {};
    const double b = neuron.initial - w * sigmoid(neuron.initial);
    const double slope = w * sigmoid(0.5) * (1.0 - sigmoid(0.5));
    const double T = static_cast<double>(neuron.steps);
    const double dx = (std::pow(slope, T) - 1.0) / (slope - 1.0);
    const std::string at = ", w = " + std::to_string(static_cast<int>(w));
    findings.push_back({"b of the steepest place" + at, b, steepest_b(neuron, w, b), 2e-3});
    // At x_0 itself the states stay where they are, and the slope is known.
    const double h = 1e-3 / dx;
    const double ours =
        (lab::error_at(neuron, {w, b + h}).error - lab::error_at(neuron, {w, b - h}).error) /
        (2.0 * h);
    const double published = 2.0 * (neuron.initial - neuron.target) * dx;
    findings.push_back({"∂E/∂b on the wall" + at, published, ours, 1e-3 * std::abs(published)});
    const double by_recursion = lab::error_at(neuron, {w, b}).db;
    findings.push_back(
        {"the same by recursion" + at, published, by_recursion, 1e-6 * std::abs(published)});
  }
  return findings;
}

}  // namespace

Check saddle_nodes_check() {
  return {.name = "saddle-nodes",
          .claim = "At w = 5 the neuron's fixed points appear and vanish at two values of b.",
          .source = "Pascanu, Mikolov & Bengio 2013, figure 3; closed form of λ = 1",
          .protocol = "roots of w σ′(u) − 1 by bisection against σ(u) = ½ (1 ± √(1 − 4/w))",
          .run = saddle_nodes};
}

Check wall_check() {
  return {.name = "wall",
          .claim = "The error surface over 50 steps has a wall, where the gradient is thousands.",
          .source =
              "Pascanu, Mikolov & Bengio 2013, figure 6; closed form at the repelling "
              "fixed point",
          .protocol = "x_0 = 0.5, target 0.7, T = 50; E and its gradient along b",
          .run = wall};
}

}  // namespace backflow::verify
