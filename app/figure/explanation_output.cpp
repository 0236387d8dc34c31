#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "app/figure/explanation_numbers.h"
#include "app/figure/number_format.h"

namespace backflow::figure {
namespace {

using model::Index;
using model::Loss;
using model::Readout;
using model::Vector;

const char* readout_symbol(Readout g) {
  switch (g) {
    case Readout::identity:
      return "";
    case Readout::relu:
      return "ReLU";
    case Readout::sigmoid:
      return "σ";
    case Readout::softmax:
      return "softmax";
  }
  return "";
}

Formula loss_term(Index t) { return term(indexed("L", t), Highlight{Part::loss, t}); }

// One step of one sequence: what it put out, and what it should have.
struct Output {
  Index t;
  Vector z, y_hat, y;
  double loss;
};

// −ln p for a right answer of probability p, written with 1 − p where p is nearly 1.
Formula minus_log(double p, double rest) {
  Formula inside = p > 0.99 && rest > 0.0 ? row({term("1"), binary("−"), number(rest)}) : number(p);
  return row({tight("−"), function("ln"), parenthesized(std::move(inside))});
}

// The numbers of a cross-entropy with one right answer: L_t = −ln p. Nothing in other cases.
std::optional<Formula> right_answer(const UnrolledData& data, const Output& out) {
  if (data.rec().model.loss == Loss::binary_cross_entropy && out.y.size() == 1) {
    if (out.y[0] != 0.0 && out.y[0] != 1.0) return std::nullopt;
    const double sign = out.y[0] == 1.0 ? 1.0 : -1.0;
    const auto sigma = [&](double z) { return 1.0 / (1.0 + std::exp(-z)); };
    return minus_log(sigma(sign * out.z[0]), sigma(-sign * out.z[0]));
  }
  if (data.rec().model.loss == Loss::categorical_cross_entropy) {
    Index row = 0;
    if (out.y.maxCoeff(&row) != 1.0 || out.y.sum() != 1.0) return std::nullopt;
    // The others are summed: 1 − p of a class that is learned well is nothing but rounding.
    Vector others = out.y_hat;
    others[row] = 0.0;
    return minus_log(out.y_hat[row], others.sum());
  }
  return std::nullopt;
}

Formula loss_symbols(const UnrolledData& data, const Output& out) {
  const Index m = out.y.size();
  const Highlight output{Part::output, out.t}, target{Part::target, out.t};
  const std::string j = m > 1 ? "j" : "";
  const auto with_j = [&](const char* letter) {
    return m > 1 ? fmt::format("{}_{{{},j}}", letter, out.t) : indexed(letter, out.t);
  };
  const Formula y_hat = term(with_j("ŷ"), output), y = term(with_j("y"), target);
  const auto average = [&](std::vector<Formula> inner) {
    if (m == 1) return row(std::move(inner));
    std::vector<Formula> parts{fraction(term("1"), term("m")), large_operator("∑", "j", "")};
    parts.insert(parts.end(), inner.begin(), inner.end());
    return row(std::move(parts));
  };
  switch (data.rec().model.loss) {
    case Loss::mean_squared_error:
      return average({raised(parenthesized(row({y_hat, binary("−"), y})), "2")});
    case Loss::binary_cross_entropy: {
      const Formula rest_y = parenthesized(row({term("1"), binary("−"), y}));
      const Formula rest = parenthesized(row({term("1"), binary("−"), y_hat}));
      Formula inner = row({y, function("ln"), y_hat, binary("+"), rest_y, function("ln"), rest});
      if (m == 1)
        return row(
            {tight("−"), y, function("ln"), y_hat, binary("−"), rest_y, function("ln"), rest});
      return row({tight("−"), average({parenthesized(std::move(inner))})});
    }
    case Loss::categorical_cross_entropy:
      return row({tight("−"), large_operator("∑", "j", ""), y, function("ln"), y_hat});
  }
  return {};
}

void explain_step_loss(const UnrolledData& data, const Output& out, Explanation& explanation) {
  Equation equation{row({loss_term(out.t), relation("="), loss_symbols(data, out)}), {}, 0};
  Formula plain = row({loss_term(out.t), relation("="), number(out.loss)});
  std::optional<Formula> longer = right_answer(data, out);
  if (data.rec().model.loss == Loss::mean_squared_error && out.y.size() == 1)
    longer = raised(parenthesized(row({number(out.y_hat[0]), binary("−"), number(out.y[0], true)})),
                    "2");
  if (longer)
    equation.numbers.push_back(
        {NumberDetail::two,
         {row({loss_term(out.t), relation("="), *longer, relation("="), number(out.loss)})}});
  equation.numbers.push_back({NumberDetail::norms, {std::move(plain)}});
  explanation.equations.push_back(std::move(equation));
}

void explain_loss_sum(const UnrolledData& data, const std::vector<Index>& steps,
                      Explanation& explanation) {
  const Formula L = term("L", Highlight{Part::loss, kEveryStep});
  Equation equation{
      row({L, relation("="), large_operator("∑", "t", ""), term("L_{t}", L.highlight)}), {}, 0};
  double total = 0.0;
  for (const Index t : steps) total += data.loss[static_cast<std::size_t>(t - 1)];
  const auto value = [&](Index t) {
    return with_highlight(number(data.loss[static_cast<std::size_t>(t - 1)]), {Part::loss, t});
  };
  const auto with_terms = [&](std::size_t most) {
    std::vector<Formula> parts{L, relation("=")};
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool last = i + 1 == steps.size();
      if (i > 0) parts.push_back(binary("+"));
      if (i + 1 == most && !last) {
        parts.push_back(term("…"));
        parts.push_back(binary("+"));
        i = steps.size() - 1;
      }
      parts.push_back(value(steps[i]));
    }
    parts.push_back(relation("="));
    parts.push_back(number(total));
    return row(std::move(parts));
  };
  equation.numbers = {{NumberDetail::terms, {with_terms(8)}},
                      {NumberDetail::beginning, {with_terms(4)}},
                      {NumberDetail::norms, {row({L, relation("="), number(total)})}}};
  explanation.equations.push_back(std::move(equation));
}

}  // namespace

void explain_output(const UnrolledData& data, Explanation& explanation) {
  std::vector<Index> steps;
  for (Index t = 1; t <= data.steps; ++t)
    if (data.has_output(t)) steps.push_back(t);
  if (steps.empty()) {
    explanation.sentences = {"Output: this sequence has no step with a loss.", "Output: no loss."};
    return;
  }
  const auto& rec = data.rec();
  const Index t = steps.back(), s = data.sequence;
  const Output out{t, rec.trace.z.step(t).col(s), rec.trace.y_hat.step(t).col(s),
                   rec.batch.targets.step(t).col(s), data.loss[static_cast<std::size_t>(t - 1)]};
  const std::string answer = data.output_text(t) + ", target " + data.target_text(t);
  const std::string which =
      steps.size() == 1
          ? fmt::format("Output and loss at step {}", t)
          : fmt::format("Outputs and losses at {} steps; the last, step {}", steps.size(), t);
  explanation.sentences = {which + ": " + answer + ".", which + ".", "Output and loss."};
  if (rec.trace.batch() > 1)
    explanation.sentences.insert(
        explanation.sentences.begin(),
        which + ": " + answer + ". (This sequence's own loss, not the mean.)");

  const StepNumbers step{data, t};
  const model::Parameters& p = rec.model.parameters;
  const Highlight output{Part::output, t}, biases{Part::output_weights, kEveryStep};
  const Formula z = term(logits_name(step.cell(), t), output);
  add_equation({z,
                out.z,
                {VectorTerm{{factor(weights_term("hy"), p.W_hy), {state_term(t), step.h(t)}},
                            p.W_hy * step.h(t),
                            Highlight{Part::state, t}},
                 vector_term(term("b_{y}", biases), p.b_y, biases)},
                "",
                1},
               explanation);
  add_equation({term(indexed("ŷ", t), output),
                out.y_hat,
                {vector_term(z, out.z, output)},
                readout_symbol(rec.model.readout)},
               explanation);
  if (rec.model.readout == Readout::softmax) {
    // The first entries alone do not make a softmax.
    auto& forms = explanation.equations.back().numbers;
    std::erase_if(forms, [](const NumberForm& form) {
      return form.detail != NumberDetail::norms && form.detail > NumberDetail::terms;
    });
  }
  explain_step_loss(data, out, explanation);
  if (steps.size() > 1) explain_loss_sum(data, steps, explanation);
}

}  // namespace backflow::figure
