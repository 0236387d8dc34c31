#include "core/lab/bifurcation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <tuple>
#include <utility>

namespace backflow::lab {
namespace {

constexpr int kSamples = 900, kCycleSamples = 240;

double squash(NeuronMap map, double u) {
  // As the map itself does it: with w = 1, b = 0 it is φ.
  return next_state(map, {1.0, 0.0}, u);
}

double squash_slope(NeuronMap map, double u) { return slope(map, {1.0, 0.0}, u); }

double bias_of(NeuronMap map, double w, double u) { return u - w * squash(map, u); }

double state_of(NeuronMap map, double u) { return map == NeuronMap::sigmoid ? u : std::tanh(u); }

// The u > 0 with |w| φ′(u) = 1, by halving an interval until it has no inner number left: φ′ falls
// for u > 0. Nothing when φ′ is nowhere as steep.
std::optional<double> turning_input(NeuronMap map, double w) {
  const auto excess = [&](double u) { return std::abs(w) * squash_slope(map, u) - 1.0; };
  if (!(excess(0.0) > 0.0)) return std::nullopt;
  double low = 0.0, high = 1.0;
  while (excess(high) > 0.0) high *= 2.0;
  while (true) {
    const double middle = low + (high - low) / 2.0;
    if (middle <= low || middle >= high) return middle;
    (excess(middle) > 0.0 ? low : high) = middle;
  }
}

// Around the turns, or around the steepest place.
std::pair<double, double> bias_range(NeuronMap map, double w, const std::vector<Turn>& turns) {
  const double center = bias_of(map, w, 0.0);
  if (turns.empty()) return {center - 1.5, center + 1.5};
  const double room = std::max(0.3, 0.7 * (turns.back().b - turns.front().b));
  return {turns.front().b - room, turns.back().b + room};
}

// The curve of fixed points in pieces of one stability, cut exactly at the turns.
void add_fixed_points(NeuronMap map, double w, Bifurcation& diagram) {
  // Every fixed point of the range is within: u = b + w φ.
  const double reach = std::abs(w);
  std::vector<double> inputs;
  const double first = diagram.b_min - reach, last = diagram.b_max + reach;
  for (int i = 0; i <= kSamples; ++i) inputs.push_back(first + (last - first) * i / kSamples);
  std::vector<double> cuts;
  if (const auto turn = turning_input(map, w)) cuts = {-*turn, *turn};
  inputs.insert(inputs.end(), cuts.begin(), cuts.end());
  std::ranges::sort(inputs);
  const double room = 0.1 * (diagram.b_max - diagram.b_min);
  const auto state = [&](double u) { return LongRunState{bias_of(map, w, u), state_of(map, u)}; };
  const auto in_sight = [&](double b) {
    return b >= diagram.b_min - room && b <= diagram.b_max + room;
  };
  Branch branch;
  const auto finish = [&] {
    if (branch.states.size() > 1) diagram.branches.push_back(branch);
    branch.states.clear();
  };
  const auto kind_at = [&](double u) {
    const bool between = !cuts.empty() && u > cuts.front() && u < cuts.back();
    return between ? BranchKind::unstable : BranchKind::stable;
  };
  for (std::size_t i = 0; i + 1 < inputs.size(); ++i) {
    const BranchKind kind = kind_at((inputs[i] + inputs[i + 1]) / 2.0);
    const LongRunState from = state(inputs[i]), to = state(inputs[i + 1]);
    if (!branch.states.empty() && branch.kind != kind) finish();
    if (!in_sight(from.b) && !in_sight(to.b)) {
      finish();
      continue;
    }
    if (branch.states.empty()) branch = {kind, {from}};
    branch.states.push_back(to);
  }
  finish();
}

// For w < 0 the map falls, so its second iterate rises: from the lowest state that the map reaches
// it climbs to the lower of the two states of the cycle.
LongRunState lower_of_cycle(NeuronMap map, double w, double b) {
  constexpr int kMost = 20000;
  const NeuronPoint at{w, b};
  double x = map == NeuronMap::sigmoid ? b + w : -1.0;
  for (int i = 0; i < kMost; ++i) {
    const double next = next_state(map, at, next_state(map, at, x));
    const bool there = !(next > x);
    x = next;
    if (there) break;
  }
  return {b, x};
}

void add_cycles(NeuronMap map, double w, Bifurcation& diagram) {
  if (w >= 0.0 || diagram.turns.size() < 2) return;
  const Turn &first = diagram.turns.front(), &last = diagram.turns.back();
  Branch lower{BranchKind::cycle, {{first.b, first.x}}}, upper = lower;
  for (int i = 1; i < kCycleSamples; ++i) {
    // Denser towards the ends, where the cycle opens like a square root.
    const double share = 0.5 - 0.5 * std::cos(std::numbers::pi * i / kCycleSamples);
    const double b = first.b + share * (last.b - first.b);
    const LongRunState low = lower_of_cycle(map, w, b);
    lower.states.push_back(low);
    upper.states.push_back({b, next_state(map, {w, b}, low.x)});
  }
  lower.states.push_back({last.b, last.x});
  upper.states.push_back({last.b, last.x});
  diagram.branches.push_back(std::move(lower));
  diagram.branches.push_back(std::move(upper));
}

}  // namespace

double least_turning_weight(NeuronMap map) { return 1.0 / steepest(map); }

std::vector<Turn> turns(NeuronMap map, double w) {
  const auto input = turning_input(map, w);
  if (!input) return {};
  std::vector<Turn> found;
  for (const double u : {*input, -*input})
    found.push_back({bias_of(map, w, u), state_of(map, u), w < 0.0});
  std::ranges::sort(found, {}, &Turn::b);
  return found;
}

Bifurcation bifurcation(NeuronMap map, double w) {
  Bifurcation diagram;
  diagram.map = map;
  diagram.w = w;
  diagram.turns = turns(map, w);
  std::tie(diagram.b_min, diagram.b_max) = bias_range(map, w, diagram.turns);
  add_fixed_points(map, w, diagram);
  add_cycles(map, w, diagram);
  return diagram;
}

}  // namespace backflow::lab
