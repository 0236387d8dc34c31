#include "app/session/quantity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/config/keys.h"
#include "core/config/nearest_match.h"

namespace backflow::session {
namespace {

using model::Index;
using Arguments = std::span<const double>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kDegrees = 180.0 / std::numbers::pi;

const training::IterationRecord& record(const Snapshot& s) { return *s.record; }

Index sequence(const Snapshot& s) { return s.analysis_options.sequence % record(s).trace.batch(); }
double batch(const Snapshot& s) { return static_cast<double>(record(s).trace.batch()); }

// The analysis, when it is of the record that is shown.
const Analysis* analysis(const Snapshot& s) {
  return s.analysis && s.analysis->record == s.record ? s.analysis.get() : nullptr;
}
template <class Get>
double of_analysis(const Snapshot& s, const Get& get) {
  const Analysis* known = analysis(s);
  return known != nullptr ? static_cast<double>(get(*known)) : kNone;
}

const Spectra* spectra(const Snapshot& s) {
  const Analysis* known = analysis(s);
  return known != nullptr && known->spectra ? &*known->spectra : nullptr;
}

training::Chance chance(const Snapshot& s) {
  return training::chance_level(s.config.task, config::effective_loss(s.config));
}

bool within(double value, Index first, Index last) {
  return value >= static_cast<double>(first) && value <= static_cast<double>(last);
}

// Entry i of the shown sequence's column at step t.
double entry(const Snapshot& s, const model::StepMatrices& steps, Arguments at) {
  if (steps.count() == 0 || !within(at[0], steps.first(), steps.last()) ||
      !within(at[1], 1, steps.rows()))
    return kNone;
  return steps.step(static_cast<Index>(at[0]))(static_cast<Index>(at[1]) - 1, sequence(s));
}

template <class Tensor>
double entry(const Tensor& tensor, Arguments at) {
  const double row = at[0], column = at.size() > 1 ? at[1] : 1.0;
  if (!within(row, 1, tensor.rows()) || !within(column, 1, tensor.cols())) return kNone;
  return tensor(static_cast<Index>(row) - 1, static_cast<Index>(column) - 1);
}

double log10_norm(const Snapshot& s, Arguments at) {
  return of_analysis(s, [&](const Analysis& known) {
    const Index T = record(s).trace.length(known.norms.sequence);
    if (!within(at[0], 0, T) || !within(at[1], 0, static_cast<Index>(at[0]))) return kNone;
    return known.norms.log10_norm.at(static_cast<Index>(at[0]), static_cast<Index>(at[1]));
  });
}

double bound(const Snapshot& s, Arguments at) {
  return of_analysis(s, [&](const Analysis& known) {
    return known.bound ? std::pow(known.bound->gamma * known.bound->sigma_1, at[0] - at[1]) : kNone;
  });
}

double blame(const Snapshot& s, Arguments at) {
  return of_analysis(s, [&](const Analysis& known) {
    const auto last = static_cast<Index>(known.log10_blame.size()) - 1;
    if (!within(at[0], 0, last)) return kNone;
    return std::pow(10.0, known.log10_blame[static_cast<std::size_t>(at[0])]);
  });
}

double saturation(const Snapshot& s, Arguments at, double gradient::Saturation::*number) {
  return of_analysis(s, [&](const Analysis& known) {
    if (!within(at[0], 1, static_cast<Index>(known.saturation.size()))) return kNone;
    return known.saturation[static_cast<std::size_t>(at[0]) - 1].*number;
  });
}

double gate_mean(const Snapshot& s, Arguments at) {
  return of_analysis(s, [&](const Analysis& known) {
    if (!within(at[1], 1, static_cast<Index>(known.gates.size()))) return kNone;
    const auto& steps = known.gates[static_cast<std::size_t>(at[1]) - 1].steps;
    if (!within(at[0], 1, static_cast<Index>(steps.size()))) return kNone;
    return steps[static_cast<std::size_t>(at[0]) - 1].mean;
  });
}

// δ_k,i h_{k−1},j: what step k adds to ∂L/∂W_hh of the sequence's own loss.
double term(const Snapshot& s, Arguments at) {
  const std::array delta{at[0], at[1]}, state{at[0] - 1.0, at[2]};
  return batch(s) * entry(s, record(s).signals.delta, delta) * entry(s, record(s).trace.h, state);
}

lab::NeuronError error_at(const Snapshot& s, Arguments at) {
  return lab::error_at(s.config.lab.neuron, {at[0], at[1]});
}

// Of the series that have a value now and then: the last one.
double last_of(const Snapshot& s, training::Series series) {
  for (std::size_t i = s.history.size(); i-- > 0;)
    if (const double value = s.history.value(series, i); !std::isnan(value)) return value;
  return kNone;
}

// The first steps of the one neuron's descent without clipping; fewer where there are not so many.
std::vector<lab::DescentStep> descent(const Snapshot& s, double steps) {
  const lab::NeuronOptions& options = s.config.lab;
  if (!within(steps, 0, options.descent.iterations)) return {};
  const auto count = static_cast<std::size_t>(steps) + 1;
  if (s.analysis && s.analysis->neuron && s.analysis->neuron->options == options) {
    const auto& known = s.analysis->neuron->unclipped;
    return {known.begin(),
            known.begin() + static_cast<std::ptrdiff_t>(std::min(count, known.size()))};
  }
  lab::Descent unclipped = options.descent;
  unclipped.threshold = std::numeric_limits<double>::infinity();
  unclipped.iterations = static_cast<Index>(steps);
  return lab::descend(options.neuron, unclipped);
}

// Of its last step when it has all that are asked for.
double at_step(const Snapshot& s, Arguments at, double lab::DescentStep::*number) {
  const auto path = descent(s, at[0]);
  return static_cast<double>(path.size()) == at[0] + 1.0 ? path.back().*number : kNone;
}

double descent_length(const Snapshot& s, Arguments at) {
  const auto path = descent(s, at[0]);
  if (path.size() < 2 || static_cast<double>(path.size()) != at[0] + 1.0) return kNone;
  const lab::NeuronPoint from = path.end()[-2].at, to = path.back().at;
  return std::hypot(to.w - from.w, to.b - from.b);
}

std::optional<lab::Wall> wall_at(const Snapshot& s, Arguments at) {
  return lab::wall_at(s.config.lab.neuron, at[0]);
}

// The arguments that need not be whole.
constexpr std::string_view kWeights = "w, b", kWeight = "w";

constexpr std::array kQuantities{
    QuantityInfo{"loss", "", "L, of the batch",
                 [](const Snapshot& s, Arguments) { return record(s).trace.loss; }},
    QuantityInfo{"accuracy", "", "share of right answers in the batch",
                 [](const Snapshot& s, Arguments) { return record(s).accuracy; }},
    QuantityInfo{
        "validation-loss", "", "L of held-out data, when it was last computed",
        [](const Snapshot& s, Arguments) { return last_of(s, training::Series::validation_loss); }},
    QuantityInfo{"validation-accuracy", "",
                 "share of right answers in held-out data, when it was last computed",
                 [](const Snapshot& s, Arguments) {
                   return last_of(s, training::Series::validation_accuracy);
                 }},
    QuantityInfo{"chance-loss", "", "L of the best answer that is always the same",
                 [](const Snapshot& s, Arguments) { return chance(s).loss; }},
    QuantityInfo{"chance-accuracy", "", "share of right answers of one that is always the same",
                 [](const Snapshot& s, Arguments) { return chance(s).accuracy; }},
    QuantityInfo{"iteration", "", "iterations done",
                 [](const Snapshot& s, Arguments) { return static_cast<double>(s.iteration); }},
    QuantityInfo{"diverged", "", "1 when training met a number that is not finite, else 0",
                 [](const Snapshot& s, Arguments) { return s.divergence ? 1.0 : 0.0; }},
    QuantityInfo{"learning-rate", "", "η of the iteration",
                 [](const Snapshot& s, Arguments) { return record(s).learning_rate; }},
    QuantityInfo{"gradient-norm", "", "‖g‖ over all weights, before clipping",
                 [](const Snapshot& s, Arguments) { return record(s).clip.norm_before; }},
    QuantityInfo{"clipped-norm", "", "‖g‖ after clipping",
                 [](const Snapshot& s, Arguments) { return record(s).clip.norm_after; }},
    QuantityInfo{"clip-angle", "", "between the gradient before and after clipping, in degrees",
                 [](const Snapshot& s, Arguments) { return record(s).clip.angle * kDegrees; }},
    QuantityInfo{
        "truncation-angle", "",
        "between the truncated gradient and the full one, in degrees; 0 without truncation",
        [](const Snapshot& s, Arguments) {
          return record(s).truncation ? record(s).truncation->angle * kDegrees : 0.0;
        }},
    QuantityInfo{"truncation-error", "", "‖truncated − full‖ / ‖full‖; 0 without truncation",
                 [](const Snapshot& s, Arguments) {
                   return record(s).truncation ? record(s).truncation->relative_error : 0.0;
                 }},
    QuantityInfo{"spectral-radius", "", "ρ(W_hh), the largest |eigenvalue|",
                 [](const Snapshot& s, Arguments) {
                   return of_analysis(s, [](const Analysis& a) { return a.spectral_radius; });
                 },
                 QuantitySource::analysis},
    QuantityInfo{"sigma-1", "", "σ₁(W_hh), the largest singular value",
                 [](const Snapshot& s, Arguments) {
                   return of_analysis(s,
                                      [](const Analysis& a) { return a.largest_singular_value; });
                 },
                 QuantitySource::analysis},
    QuantityInfo{"condition", "", "σ₁/σ_n of what the spectrum shows: W_hh, or a product",
                 [](const Snapshot& s, Arguments) {
                   const Spectra* known = spectra(s);
                   return known != nullptr ? std::pow(10.0, known->recurrent.log10_condition())
                                           : kNone;
                 },
                 QuantitySource::spectra},
    QuantityInfo{"lyapunov", "", "the largest Lyapunov exponent, in nats per step",
                 [](const Snapshot& s, Arguments) {
                   return of_analysis(s, [](const Analysis& a) { return a.largest_lyapunov; });
                 },
                 QuantitySource::analysis},
    QuantityInfo{"decay", "", "factor per step of the median ‖∂h_t/∂h_k‖ over the lags",
                 [](const Snapshot& s, Arguments) {
                   return of_analysis(
                       s, [](const Analysis& a) { return std::pow(10.0, a.decay.log10_factor); });
                 },
                 QuantitySource::analysis},
    QuantityInfo{"half-life", "",
                 "lags after which the median ‖∂h_t/∂h_k‖ has halved, of one that falls",
                 [](const Snapshot& s, Arguments) {
                   return of_analysis(
                       s, [](const Analysis& a) { return a.decay.half_life().value_or(kNone); });
                 },
                 QuantitySource::analysis},
    QuantityInfo{"reach", "", "the largest lag at which the gradient still counts, in steps",
                 [](const Snapshot& s, Arguments) {
                   return of_analysis(s, [](const Analysis& a) { return a.decay.reach; });
                 },
                 QuantitySource::analysis},
    QuantityInfo{"norm", "t, k", "‖∂h_t/∂h_k‖ in the norm of the map",
                 [](const Snapshot& s, Arguments at) { return std::pow(10.0, log10_norm(s, at)); },
                 QuantitySource::analysis},
    QuantityInfo{"log10-norm", "t, k", "its logarithm, also where it is below 1e-308", log10_norm,
                 QuantitySource::analysis},
    QuantityInfo{"bound", "t, k", "(γσ₁)^(t−k), of the vanilla cell", bound,
                 QuantitySource::analysis},
    QuantityInfo{"blame", "t", "‖∂L/∂h_t‖", blame, QuantitySource::analysis},
    QuantityInfo{"slope", "t", "mean of |f′(a_t)|/γ over the units",
                 [](const Snapshot& s, Arguments at) {
                   return saturation(s, at, &gradient::Saturation::mean_slope);
                 },
                 QuantitySource::analysis},
    QuantityInfo{"saturated", "t", "share of the units with |f′(a_t)|/γ below 0.1",
                 [](const Snapshot& s, Arguments at) {
                   return saturation(s, at, &gradient::Saturation::share);
                 },
                 QuantitySource::analysis},
    QuantityInfo{"gate", "t, j",
                 "mean over the units of the cell's j-th gate: i, f, o of an LSTM; r, z of a GRU",
                 gate_mean, QuantitySource::analysis},
    QuantityInfo{
        "x", "t, i", "input",
        [](const Snapshot& s, Arguments at) { return entry(s, record(s).batch.inputs, at); }},
    QuantityInfo{"a", "t, i", "pre-activation",
                 [](const Snapshot& s, Arguments at) { return entry(s, record(s).trace.a, at); }},
    QuantityInfo{"h", "t, i", "hidden state",
                 [](const Snapshot& s, Arguments at) { return entry(s, record(s).trace.h, at); }},
    QuantityInfo{
        "y", "t, i", "output ŷ",
        [](const Snapshot& s, Arguments at) { return entry(s, record(s).trace.y_hat, at); }},
    QuantityInfo{"dz", "t, i", "∂L_t/∂z_t",
                 [](const Snapshot& s, Arguments at) {
                   return batch(s) * entry(s, record(s).signals.dz, at);
                 }},
    QuantityInfo{"e", "t, i", "blame ∂L/∂h_t",
                 [](const Snapshot& s, Arguments at) {
                   return batch(s) * entry(s, record(s).signals.e, at);
                 }},
    QuantityInfo{"delta", "t, i", "δ_t = ∂L/∂a_t",
                 [](const Snapshot& s, Arguments at) {
                   return batch(s) * entry(s, record(s).signals.delta, at);
                 }},
    QuantityInfo{"term", "k, i, j", "δ_k,i h_{k−1},j: what step k adds to ∂L/∂W_hh,ij", term},
    QuantityInfo{
        "W_xh", "i, j", "input weights",
        [](const Snapshot& s, Arguments at) { return entry(record(s).model.parameters.W_xh, at); }},
    QuantityInfo{
        "W_hh", "i, j", "recurrent weights",
        [](const Snapshot& s, Arguments at) { return entry(record(s).model.parameters.W_hh, at); }},
    QuantityInfo{
        "W_hy", "i, j", "output weights",
        [](const Snapshot& s, Arguments at) { return entry(record(s).model.parameters.W_hy, at); }},
    QuantityInfo{
        "b_h", "i", "bias of the hidden state",
        [](const Snapshot& s, Arguments at) { return entry(record(s).model.parameters.b_h, at); }},
    QuantityInfo{
        "dW_hh", "i, j", "∂L/∂W_hh, of the batch, before clipping",
        [](const Snapshot& s, Arguments at) { return entry(record(s).gradients.W_hh, at); }},
    QuantityInfo{"neuron-error", kWeights, "E(w, b) of the one neuron (lab.*)",
                 [](const Snapshot& s, Arguments at) { return error_at(s, at).error; }},
    QuantityInfo{"neuron-gradient", kWeights, "‖∇E(w, b)‖ of the one neuron",
                 [](const Snapshot& s, Arguments at) { return error_at(s, at).gradient_norm(); }},
    QuantityInfo{"wall-bias", kWeight,
                 "b of the error surface's wall at that w, where there is one",
                 [](const Snapshot& s, Arguments at) {
                   const auto wall = wall_at(s, at);
                   return wall ? wall->at.b : kNone;
                 }},
    QuantityInfo{"wall-slope", kWeight, "λ = ∂x_t/∂x_{t−1} on the wall",
                 [](const Snapshot& s, Arguments at) {
                   const auto wall = wall_at(s, at);
                   return wall ? wall->slope : kNone;
                 }},
    QuantityInfo{
        "descent-error", "k", "E after k steps of the descent without clipping",
        [](const Snapshot& s, Arguments at) { return at_step(s, at, &lab::DescentStep::error); }},
    QuantityInfo{"descent-gradient", "k", "‖∇E‖ after k steps of the descent without clipping",
                 [](const Snapshot& s, Arguments at) {
                   return at_step(s, at, &lab::DescentStep::gradient_norm);
                 }},
    QuantityInfo{"descent-length", "k",
                 "how long that descent's k-th step is in the plane of (w, b)", descent_length},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string unknown(std::string_view name) {
  std::vector<std::string> names;
  for (const QuantityInfo& info : kQuantities) names.emplace_back(info.name);
  const std::string match = config::nearest_match(name, names);
  return "is no quantity" + (match.empty() ? "" : "; did you mean \"" + match + "\"?");
}

}  // namespace

std::size_t QuantityInfo::count() const {
  return arguments.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(arguments, ',')) + 1;
}

std::span<const QuantityInfo> quantities() { return kQuantities; }

std::string parse_quantity(std::string_view text, Quantity& quantity) {
  text = trimmed(text);
  const std::size_t open = text.find('(');
  const std::string_view name = trimmed(text.substr(0, open));
  const auto* info = std::ranges::find(kQuantities, name, &QuantityInfo::name);
  if (info == kQuantities.end()) return unknown(name);
  std::vector<double> arguments;
  if (open != std::string_view::npos) {
    if (text.back() != ')') return "has a parenthesis that is not closed";
    std::string_view rest = text.substr(open + 1, text.size() - open - 2);
    while (true) {
      const std::size_t comma = rest.find(',');
      const auto number = config::parse_number<double>(trimmed(rest.substr(0, comma)));
      if (!number || !std::isfinite(*number)) return "has an argument that is no number";
      arguments.push_back(*number);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  if (arguments.size() != info->count())
    return "has " + std::to_string(arguments.size()) + " arguments instead of " +
           std::to_string(info->count()) +
           (info->arguments.empty() ? "" : " (" + std::string(info->arguments) + ")");
  const auto is_whole = [](double x) { return x == std::floor(x); };
  if (info->arguments != kWeights && info->arguments != kWeight &&
      !std::ranges::all_of(arguments, is_whole))
    return "has an argument that is no whole number";
  quantity = {info, std::move(arguments)};
  return {};
}

double value_of(const Quantity& quantity, const Snapshot& snapshot) {
  return quantity.info->value(snapshot, quantity.arguments);
}

}  // namespace backflow::session
