#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "app/figure/explanation_numbers.h"
#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "core/model/norm.h"

namespace backflow::figure {
namespace {

using model::Index;
using model::Matrix;
using training::ClipMode;
using training::IterationRecord;
using training::OptimizerKind;

const Highlight kGradient{Part::gradient, kEveryStep};
const Highlight kRecurrent{Part::recurrent_weights, kEveryStep};

Formula g() { return term("g", kGradient); }
Formula norm_of_g() { return norm_bars(g()); }
Formula theta() { return term("θ", kRecurrent); }

void add_line(Formula symbols, std::optional<Formula> numbers, int rank, Explanation& out) {
  Equation equation{std::move(symbols), {}, rank};
  if (numbers) equation.numbers.push_back({NumberDetail::norms, {std::move(*numbers)}});
  out.equations.push_back(std::move(equation));
}

Formula gradient_name(std::string_view tensor) {
  return term("∂L/∂" + subscripts_to_markup(tensor), kGradient);
}

void clip_by_norm(const IterationRecord& rec, Explanation& out) {
  const double c = rec.options.clip.threshold;
  add_line(row({g(), relation("←"), fraction(term("c"), norm_of_g()), g(), term(" if "),
                norm_of_g(), relation(">"), term("c")}),
           rec.clip.clipped ? row({fraction(term("c"), norm_of_g()), relation("="),
                                   fraction(number(c), number(rec.clip.norm_before)), relation("="),
                                   number(c / rec.clip.norm_before)})
                            : row({norm_of_g(), relation("="), number(rec.clip.norm_before),
                                   relation("≤"), number(c), relation("="), term("c")}),
           0, out);
  if (rec.clip.clipped)
    out.sentences = {
        fmt::format("Clipping by norm: the gradient is longer than c = {}, so all of it is scaled "
                    "down; its direction stays.",
                    compact(c)),
        "Clipping by norm: the gradient is scaled down.", "Clipping."};
  else
    out.sentences = {
        fmt::format(
            "Clipping by norm: the gradient is not longer than c = {}, so it stays as it is.",
            compact(c)),
        "Clipping by norm: nothing to clip.", "Clipping."};
}

void clip_by_value(const IterationRecord& rec, Explanation& out) {
  const double c = rec.options.clip.threshold;
  add_line(row({term("g_{i}", kGradient), relation("←"), function("max"),
                parenthesized(
                    row({tight("−"), term("c"), comma(), function("min"),
                         parenthesized(row({term("c"), comma(), term("g_{i}", kGradient)}))}))}),
           row({norm_of_g(), relation("="), number(rec.clip.norm_before), relation("→"),
                number(rec.clip.norm_after)}),
           0, out);
  if (rec.clip.clipped)
    out.sentences = {
        fmt::format("Clipping by value: every entry is limited to ±{}; the direction turns by {}°.",
                    compact(c), fixed(rec.clip.angle * 180.0 / 3.14159265358979323846, 1)),
        "Clipping by value: some entries are cut.", "Clipping."};
  else
    out.sentences = {
        fmt::format("Clipping by value: no entry is beyond ±{}, so the gradient stays.",
                    compact(c)),
        "Clipping by value: nothing to clip.", "Clipping."};
}

// The norms before are those with the L2 penalty; that of Ω is not in the record.
void clip_per_tensor(const IterationRecord& rec, Explanation& out) {
  const double c = rec.options.clip.threshold, l2 = rec.options.regularizer.l2;
  add_line(row({term("∂L/∂W", kGradient), relation("←"), function("min"),
                parenthesized(row({term("1"), comma(),
                                   fraction(term("c"), norm_bars(term("∂L/∂W", kGradient)))})),
                term("∂L/∂W", kGradient)}),
           std::nullopt, 0, out);
  const auto gradients = model::tensors(rec.gradients);
  const auto values = model::tensors(rec.model.parameters);
  const auto after = model::tensors(rec.clipped_gradients);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const std::string_view name = model::kTensorNames[i];
    const Formula norm = norm_bars(gradient_name(name));
    if (name == "W_hh" && rec.options.regularizer.omega > 0.0) {
      add_line(row({norm, relation("→"), number(model::norm_of(after[i]))}), std::nullopt, 1, out);
      continue;
    }
    Matrix before = gradients[i];
    if (l2 > 0.0 && name.starts_with("W_")) before += l2 * values[i];
    const double size = model::norm_of(before);
    std::vector<Formula> parts{norm, relation("="), number(size)};
    if (size > c)
      parts.insert(parts.end(), {relation("→"), number(model::norm_of(after[i]))});
    else
      parts.insert(parts.end(), {relation("≤"), term("c")});
    add_line(row(std::move(parts)), std::nullopt, name == "W_hh" ? 1 : 2, out);
  }
  out.sentences = {fmt::format("Clipping per tensor: each gradient that is longer than c = {} is "
                               "scaled down by itself.",
                               compact(c)),
                   "Clipping per tensor.", "Clipping."};
}

// The entry [1, 1] of a tensor through an update.
struct Entry {
  std::string name;
  double before, after, gradient;
  Highlight highlight;
};

bool is_frozen(const IterationRecord& rec) {
  return rec.options.optimizer.freeze_recurrent == training::Freeze::on;
}

// Of W_hh, or of W_xh where W_hh is frozen.
Entry entry_of(const IterationRecord& rec) {
  const model::Parameters &p = rec.model.parameters, &q = *rec.parameters_after;
  const auto pick = [&](const Matrix& before, const Matrix& after, const Matrix& gradient,
                        const char* name, Part part) {
    return Entry{name, before(0, 0), after(0, 0), gradient(0, 0), {part, kEveryStep}};
  };
  return is_frozen(rec)
             ? pick(p.W_xh, q.W_xh, rec.clipped_gradients.W_xh, "W_{xh}[1,1]", Part::input_weights)
             : pick(p.W_hh, q.W_hh, rec.clipped_gradients.W_hh, "W_{hh}[1,1]",
                    Part::recurrent_weights);
}

// θ ← θ − η step: the rule of each optimiser, its step, and what else has to be said.
struct UpdateRule {
  Formula step;
  std::vector<Formula> memory;  // how what it remembers changes
};

Formula weighted(const char* factor, const char* old_value, const char* complement, Formula fresh) {
  return row(
      {term(factor), term(old_value), binary("+"),
       *complement != '\0'
           ? row({parenthesized(row({term("1"), binary("−"), term(complement)})), std::move(fresh)})
           : std::move(fresh)});
}

UpdateRule rule_of(OptimizerKind kind, const Formula& gradient) {
  const auto assign = [](const char* name, Formula value) {
    return row({term(name), relation("←"), std::move(value)});
  };
  const Formula squared = raised(gradient, "2");
  switch (kind) {
    case OptimizerKind::sgd:
      return {gradient, {}};
    case OptimizerKind::momentum:
      return {term("v"), {assign("v", weighted("μ", "v", "", gradient))}};
    case OptimizerKind::nesterov:
      return {parenthesized(row({gradient, binary("+"), term("μ"), term("v")})),
              {assign("v", weighted("μ", "v", "", gradient))}};
    case OptimizerKind::rmsprop:
      return {fraction(gradient, row({root(term("s")), binary("+"), term("ε")})),
              {assign("s", weighted("α", "s", "α", squared))}};
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      return {fraction(term("m̂"), row({root(term("ŝ")), binary("+"), term("ε")})),
              {assign("m", weighted("β_{1}", "m", "β_{1}", gradient)),
               assign("s", weighted("β_{2}", "s", "β_{2}", squared)),
               row({term("m̂"), relation("="),
                    fraction(term("m"), row({term("1"), binary("−"), term("β_{1}^{k}")})), comma(),
                    term("ŝ"), relation("="),
                    fraction(term("s"), row({term("1"), binary("−"), term("β_{2}^{k}")})), comma(),
                    term("k: updates so far")})}};
  }
  return {gradient, {}};
}

// What is left of the weights by AdamW's decay, before its step.
double kept_share(const IterationRecord& rec) {
  const auto& options = rec.options.optimizer;
  return options.kind == OptimizerKind::adamw ? 1.0 - rec.learning_rate * options.weight_decay
                                              : 1.0;
}

// What η multiplies. Of plain gradient descent that is the gradient. What the other optimisers
// remember is not in the record: their step is what the weights moved, over η, and nothing where
// too few digits of that are left beside the weights.
std::optional<Matrix> step_of_update(const IterationRecord& rec, const Matrix& before,
                                     const Matrix& after, const Matrix& gradient) {
  const auto& options = rec.options.optimizer;
  if (options.kind == OptimizerKind::sgd) return Matrix(gradient + options.weight_decay * before);
  const Matrix kept = kept_share(rec) * before, moved = kept - after;
  const double digit = kept.cwiseAbs().maxCoeff() * std::numeric_limits<double>::epsilon();
  if (rec.learning_rate == 0.0 || moved.cwiseAbs().maxCoeff() < 1000.0 * digit) return std::nullopt;
  return Matrix(moved / rec.learning_rate);
}

// "W_hh[1,1] ← 0.512 − 0.3 · 0.021 = 0.506", or "← 0.512" alone.
Formula entry_numbers(const IterationRecord& rec, const Entry& entry) {
  const auto single = [](double value) { return Matrix::Constant(1, 1, value); };
  const auto step =
      step_of_update(rec, single(entry.before), single(entry.after), single(entry.gradient));
  std::vector<Formula> parts{term(entry.name, entry.highlight), relation("←")};
  if (step)
    parts.insert(parts.end(),
                 {precise(kept_share(rec) * entry.before), binary("−"), number(rec.learning_rate),
                  binary("·"), number((*step)(0, 0), true), relation("=")});
  parts.push_back(precise(entry.after));
  return row(std::move(parts));
}

// The same for a small W_hh as a whole.
std::optional<Formula> matrix_numbers(const IterationRecord& rec) {
  const Matrix &before = rec.model.parameters.W_hh, &after = rec.parameters_after->W_hh;
  const auto step = step_of_update(rec, before, after, rec.clipped_gradients.W_hh);
  if (!step) return std::nullopt;
  const double eta = rec.learning_rate;
  const Matrix kept = kept_share(rec) * before;
  const Index n = before.rows();
  return row({term("W_{hh}", kRecurrent), relation("←"), matrix_of(kept, n, kRecurrent, 4),
              binary("−"), number(eta), matrix_of(*step, n, kGradient), relation("="),
              matrix_of(after, n, kRecurrent, 4)});
}

void say_update(const IterationRecord& rec, Explanation& out) {
  const std::string name(model::title_of(rec.options.optimizer.kind));
  const std::string rate = compact(rec.learning_rate);
  out.sentences = {
      fmt::format("Update by {}: every weight θ moves against its gradient g (of the "
                  "batch mean, after clipping), with learning rate η = {}.",
                  name, rate),
      fmt::format("Update by {}: every weight moves against its gradient, η = {}.", name, rate),
      fmt::format("Update by {}, η = {}.", name, rate)};
  if (is_frozen(rec))
    out.sentences = {fmt::format("Update by {}: every weight but the frozen W_{{hh}} moves against "
                                 "its gradient, η = {}.",
                                 name, rate),
                     fmt::format("Update by {}, W_{{hh}} frozen, η = {}.", name, rate)};
}

void explain_rule(const IterationRecord& rec, Explanation& out) {
  const auto& options = rec.options.optimizer;
  const bool decay = options.weight_decay != 0.0;
  const bool decoupled = decay && options.kind == OptimizerKind::adamw;
  // With weight decay the optimiser sees g + w θ.
  const Formula gradient =
      decay && !decoupled ? parenthesized(row({g(), binary("+"), term("w"), theta()})) : g();
  UpdateRule rule = rule_of(options.kind, gradient);
  for (Formula& memory : rule.memory) add_line(std::move(memory), std::nullopt, 1, out);
  const Formula kept =
      decoupled ? row({parenthesized(row({term("1"), binary("−"), term("η"), term("w")})), theta()})
                : theta();
  Formula symbols =
      row({theta(), relation("←"), kept, binary("−"), term("η"), std::move(rule.step)});
  if (!rec.parameters_after) {
    add_line(std::move(symbols), std::nullopt, 0, out);
    return;
  }
  add_line(std::move(symbols), entry_numbers(rec, entry_of(rec)), 0, out);
  const Matrix& W = rec.model.parameters.W_hh;
  if (is_frozen(rec) || W.rows() == 1 || W.rows() > kWholeMatrix) return;
  if (auto numbers = matrix_numbers(rec)) {
    auto& forms = out.equations.back().numbers;
    forms.insert(forms.begin(), {NumberDetail::factors, {std::move(*numbers)}});
  }
}

}  // namespace

void explain_clip(const UnrolledData& data, Explanation& out) {
  const IterationRecord& rec = data.rec();
  if (!std::isfinite(rec.clip.norm_before)) {
    add_line(row({norm_of_g(), relation("="), number(rec.clip.norm_before)}), std::nullopt, 0, out);
    out.sentences = {
        "The gradient is not finite: there is nothing to scale, and no update is made.",
        "The gradient is not finite."};
    return;
  }
  switch (rec.options.clip.mode) {
    case ClipMode::none:
      add_line(row({norm_of_g(), relation("="), number(rec.clip.norm_before)}), std::nullopt, 0,
               out);
      out.sentences = {"Clipping is off: the gradient g of all weights stays as it is.",
                       "Clipping is off."};
      break;
    case ClipMode::norm:
      clip_by_norm(rec, out);
      break;
    case ClipMode::value:
      clip_by_value(rec, out);
      break;
    case ClipMode::per_tensor:
      clip_per_tensor(rec, out);
      break;
  }
}

void explain_update(const UnrolledData& data, Explanation& out) {
  const IterationRecord& rec = data.rec();
  say_update(rec, out);
  if (rec.divergence)
    out.sentences = {"No update: a number of this iteration is not finite.", "No update."};
  else if (!rec.parameters_after)
    out.sentences = {"The weights have not been updated yet: one iteration does it.",
                     "Not updated yet."};
  explain_rule(rec, out);
}

}  // namespace backflow::figure
