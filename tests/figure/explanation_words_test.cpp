// What the explanation's terms are called and say: tooltips, limits of sums, optimisers' rules, and
// the sentences of cases that are easily told wrongly.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/explanation.h"
#include "app/figure/explanation_figure.h"
#include "app/figure/explanation_numbers.h"
#include "app/figure/number_format.h"
#include "app/figure/walk_text.h"
#include "core/gradient/backward.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

using model::Index;
using model::Matrix;
using ::testing::HasSubstr;
using ::testing::Not;
using training::IterationRecord;

View at_position(Index position, Index sequence = 0) {
  View view;
  view.playhead = Playhead{position};
  view.sequence = sequence;
  return view;
}

// The walk reaches step t on its way back.
View backward_at(const session::Snapshot& snapshot, Index t) {
  return at_position(2 * snapshot.record->trace.steps() + 2 - t);
}

// All sentences, formulas and numbers.
std::string words(const session::Snapshot& snapshot, const View& view) {
  const Explanation explanation = explain(snapshot, view);
  std::string text;
  for (const std::string& sentence : explanation.sentences) text += sentence + "\n";
  for (const Equation& equation : explanation.equations) {
    text += markup_of(equation.symbols) + "\n";
    for (const NumberForm& form : equation.numbers)
      for (const Formula& line : form.lines) text += markup_of(line) + "\n";
  }
  return text;
}

// The snapshot with another record.
template <class Change>
session::Snapshot changed(session::Snapshot snapshot, Change change) {
  auto record = std::make_shared<IterationRecord>(*snapshot.record);
  change(*record);
  snapshot.record = std::move(record);
  return snapshot;
}

// --- tooltips ----------------------------------------------------------------------------------

// What the mouse is told on the first text that is just this.
std::string tooltip_on(const session::Snapshot& snapshot, const View& view,
                       const std::string& text) {
  const Figure figure = build_explanation(snapshot, view, {}, {1600, 600});
  for (const TextBox& box : text_boxes(figure))
    if (box.text == text)
      return explanation_tooltip(
          snapshot, view, figure,
          {box.rect.x + box.rect.width / 2.0, box.rect.y + box.rect.height / 2.0});
  ADD_FAILURE() << "no " << text << " in\n" << all_text(figure);
  return {};
}

TEST(ExplanationWords, TooltipsNameWhatIsUnderTheMouse) {
  const auto vanilla = snapshot_after(1, {"task.name=cat-mat-rat", "model.hidden=3"}, {});
  const View step = backward_at(vanilla, 2), last = backward_at(vanilla, 3);
  EXPECT_THAT(tooltip_on(vanilla, step, "δ_{2}"), HasSubstr("δ_{2} = ∂L/∂a_{2}"));
  EXPECT_THAT(tooltip_on(vanilla, step, "a_{2}"), HasSubstr("computes from its inputs"));
  EXPECT_THAT(tooltip_on(vanilla, step, "e_{2}"), HasSubstr("e_{2} = ∂L/∂h_{2}"));
  EXPECT_THAT(tooltip_on(vanilla, last, "y_{3}"), HasSubstr("y_{3}: the target of step 3"));

  const auto lstm =
      snapshot_after(1, {"task.name=cat-mat-rat", "model.cell=lstm", "model.hidden=3"}, {});
  EXPECT_THAT(tooltip_on(lstm, backward_at(lstm, 2), "e_{2}^{c}"),
              HasSubstr("e_{2}^{c} = ∂L/∂c_{2}"));
  EXPECT_THAT(tooltip_on(lstm, backward_at(lstm, 2), "δ_{2}^{g}"), HasSubstr("∂L/∂a_{2}"));

  const auto horizon =
      snapshot_after(1,
                     {"task.name=cat-mat-rat", "task.shape=many-to-many", "model.hidden=3",
                      "training.truncation=horizon", "training.truncation.steps=2"},
                     {});
  EXPECT_THAT(tooltip_on(horizon, backward_at(horizon, 1), "∂L_{s}/∂h_{1}"),
              HasSubstr("the loss of a later step s says about h_{1}"));
}

TEST(ExplanationWords, TheDeltasOfGatesAreDefined) {
  for (const auto& [cell, definition] :
       {std::pair("model.cell=lstm", "δ_{2}^{g} = ∂L/∂a_{2}^{g}, likewise i, f, o\n"),
        std::pair("model.cell=gru", "δ_{2}^{n} = ∂L/∂a_{2}^{n}, likewise r, z\n")}) {
    const auto snapshot = snapshot_after(1, {"task.name=cat-mat-rat", cell}, {});
    EXPECT_THAT(words(snapshot, backward_at(snapshot, 2)), HasSubstr(definition));
  }
}

TEST(ExplanationWords, TheLogitsOfAGruAreNotItsUpdateGate) {
  for (const char* cell : {"model.cell=gru", "model.cell=gru-original"}) {
    const auto snapshot = snapshot_after(1, {"task.name=cat-mat-rat", cell}, {});
    const std::string output = words(snapshot, at_position(4));
    EXPECT_THAT(output, HasSubstr("\nz_{3}^{out} = W_{hy} h_{3} + b_{y}\n"));
    EXPECT_THAT(output, HasSubstr("\nŷ_{3} = σ(z_{3}^{out})\n"));
    EXPECT_THAT(output, Not(HasSubstr("z_{3} ")));
    EXPECT_THAT(words(snapshot, backward_at(snapshot, 3)), HasSubstr("∂L_{3}/∂z_{3}^{out} = "));
  }
  const auto vanilla = snapshot_after(1, {"task.name=cat-mat-rat"}, {});
  EXPECT_THAT(words(vanilla, at_position(4)), HasSubstr("z_{3} = W_{hy} h_{3}"));
}

// --- the sums ----------------------------------------------------------------------------------

TEST(ExplanationWords, TheGradientInGeneralSaysWhatTruncationLeavesOut) {
  const std::vector<const char*> keys{"task.name=first-bit", "task.steps=9"};
  const auto with = [&](std::vector<const char*> more) {
    more.insert(more.end(), keys.begin(), keys.end());
    return words(snapshot_after(1, more, {}), {});
  };
  EXPECT_THAT(with({}), HasSubstr("∑_{k≤t} ∂L_{t}/∂h_{t}"));
  EXPECT_THAT(with({}), Not(HasSubstr("truncat")));
  const std::string horizon = with({"training.truncation=horizon", "training.truncation.steps=3"});
  EXPECT_THAT(horizon, HasSubstr("∑_{t−3<k≤t} ∂L_{t}/∂h_{t}"));
  EXPECT_THAT(horizon, HasSubstr("truncation leaves to it (horizon 3)"));
  EXPECT_THAT(with({"training.truncation=chunks", "training.truncation.steps=4"}),
              HasSubstr("∑_{k≤t, same chunk} ∂L_{t}/∂h_{t}"));
  EXPECT_THAT(with({"model.cell=lstm"}),
              HasSubstr("∂L_{t}/∂s_{t} (∏_{i=k+1}^{t} J_{i}) ∂^{+}s_{k}/∂W_{hh}, s_{t} = "
                        "(h_{t}, c_{t})"));
}

const Formula* find_operator(const Formula& formula) {
  if (formula.kind == Formula::Kind::operator_) return &formula;
  for (const Formula& part : formula.parts)
    if (const Formula* found = find_operator(part)) return found;
  return nullptr;
}

// The sum's limits, read from the formula, against backward passes from one loss at a time.
TEST(ExplanationWords, TheSumWithinAHorizonHasTheLossesItNames) {
  for (const char* cell : {"model.cell=rnn", "model.cell=gru", "model.cell=lstm"}) {
    const auto snapshot =
        snapshot_after(3,
                       {"task.name=first-bit", "task.steps=7", "task.shape=many-to-many", cell,
                        "training.truncation=horizon", "training.truncation.steps=3"},
                       {});
    const IterationRecord& record = *snapshot.record;
    const Index T = record.trace.steps();
    int sums = 0;
    for (Index t = 1; t <= T; ++t) {
      SCOPED_TRACE(std::string(cell) + ", step " + std::to_string(t));
      const Explanation explanation = explain(snapshot, backward_at(snapshot, t));
      const Formula* sum = nullptr;
      for (const Equation& equation : explanation.equations)
        if (sum == nullptr) sum = find_operator(equation.symbols);
      if (sum == nullptr) continue;
      ++sums;
      const Index first = std::stol(sum->parts[0].text.substr(2));
      const Index last = std::stol(sum->parts[1].text);
      model::Vector expected = model::Vector::Zero(record.trace.h.rows());
      for (Index s = first; s <= last; ++s) {
        model::Batch one = record.batch;
        one.weights = model::StepMatrices(1, one.size(), 1, T);
        for (Index i = 1; i <= T; ++i) one.weights.step(i).setConstant(i == s ? 1.0 : 0.0);
        model::Parameters unused = model::zeros_like(record.model.parameters);
        expected += static_cast<double>(one.size()) *
                    gradient::backward(record.model, one, record.trace, unused).e.step(t).col(0);
      }
      bool found = false;
      for (const Quantity& quantity : explanation.quantities)
        if (quantity.name.starts_with("∑")) {
          found = true;
          EXPECT_LE((quantity.values - expected).norm(), 1e-10 * expected.norm());
        }
      EXPECT_TRUE(found);
    }
    EXPECT_GE(sums, 3) << cell;
  }
}

// --- losses, clipping and updates --------------------------------------------------------------

TEST(ExplanationWords, ALossFarBelowOneOfALearnedClassKeepsItsDigits) {
  const auto snapshot =
      changed(snapshot_after(0, {"task.name=cat-mat-rat", "model.readout=softmax"}, {}),
              [](IterationRecord& record) {
                Index right = 0;
                record.batch.targets.step(3).col(0).maxCoeff(&right);
                auto z = record.trace.z.step(3).col(0);
                z.setZero();
                z[right] = 41.4;
                const model::Vector powers = (z.array() - 41.4).exp();
                record.trace.y_hat.step(3).col(0) = powers / powers.sum();
              });
  const auto others = static_cast<double>(snapshot.record->trace.z.rows() - 1);
  const std::string rest = compact(others * std::exp(-41.4));
  EXPECT_THAT(words(snapshot, at_position(4)),
              HasSubstr("L_{3} = −ln(1 − " + rest + ") = " + rest));
}

TEST(ExplanationWords, WhoseLossItIsIsSaidWhereThereAreSeveral) {
  const auto batch = snapshot_after(0, {"task.name=cat-mat-rat"}, {});
  ASSERT_GT(batch.record->trace.batch(), 1);
  EXPECT_THAT(words(batch, at_position(4)), HasSubstr("This sequence's own loss"));
  for (const std::string& sentence :
       walk_sentences(unrolled_data(batch, {}), Playhead{batch.record->trace.steps() + 1}))
    EXPECT_THAT(sentence, HasSubstr("mean L"));
  const auto one = snapshot_after(0, {"task.name=first-bit", "task.steps=3", "task.batch=1"}, {});
  EXPECT_THAT(words(one, at_position(4)), Not(HasSubstr("This sequence's own loss")));
  EXPECT_THAT(walk_sentences(unrolled_data(one, {}), Playhead{4}).front(), Not(HasSubstr("mean")));
}

TEST(ExplanationWords, AGradientThatIsNotFiniteIsNotComparedWithTheThreshold) {
  for (const char* mode : {"none", "norm", "value", "per-tensor"})
    for (const double norm : {std::nan(""), std::numeric_limits<double>::infinity()}) {
      const std::string key = std::string("training.clip.mode=") + mode;
      const auto snapshot = changed(snapshot_after(1, {"task.name=cat-mat-rat", key.c_str()}, {}),
                                    [&](IterationRecord& record) {
                                      record.clip.norm_before = record.clip.norm_after = norm;
                                      record.clip.clipped = norm > 1.0;
                                    });
      SCOPED_TRACE(key + " " + std::to_string(norm));
      const View view = at_position(8);
      EXPECT_THAT(words(snapshot, view), HasSubstr("The gradient is not finite"));
      EXPECT_THAT(words(snapshot, view), Not(HasSubstr("≤")));
      const auto sentences = walk_sentences(unrolled_data(snapshot, view), *view.playhead);
      EXPECT_THAT(sentences.front(), HasSubstr("the gradient is not finite"));
      for (const char* wrong : {"≤", "×", "limited"})
        EXPECT_THAT(sentences.front(), Not(HasSubstr(wrong)));
    }
}

TEST(ExplanationWords, TheRuleIsTheOptimisers) {
  const auto rule = [](const char* optimizer) {
    const auto snapshot = snapshot_after(1, {"task.name=cat-mat-rat", optimizer}, {});
    std::string text;
    for (const Equation& equation : explain(snapshot, at_position(9)).equations)
      text += markup_of(equation.symbols) + "\n";
    return text;
  };
  EXPECT_EQ(rule("training.optimizer=sgd"), "θ ← θ − η g\n");
  EXPECT_EQ(rule("training.optimizer=momentum"), "v ← μ v + g\nθ ← θ − η v\n");
  EXPECT_EQ(rule("training.optimizer=nesterov"), "v ← μ v + g\nθ ← θ − η (g + μ v)\n");
  EXPECT_EQ(rule("training.optimizer=rmsprop"), "s ← α s + (1 − α) g^{2}\nθ ← θ − η g/√(s) + ε\n");
  EXPECT_EQ(rule("training.optimizer=adam"),
            "m ← β_{1} m + (1 − β_{1}) g\ns ← β_{2} s + (1 − β_{2}) g^{2}\n"
            "m̂ = m/1 − β_{1}^{k}, ŝ = s/1 − β_{2}^{k}, k: updates so far\n"
            "θ ← θ − η m̂/√(ŝ) + ε\n");
}

// What W_hh becomes in the first update, by the textbook's rule from the record's gradient.
TEST(ExplanationWords, TheFirstUpdateIsWhatTheRuleMakesOfTheGradient) {
  const auto check = [](const std::vector<const char*>& keys, auto step_of) {
    const auto snapshot = snapshot_after(1, keys, {});
    const IterationRecord& record = *snapshot.record;
    const Matrix& W = record.model.parameters.W_hh;
    const double step = step_of(record.clipped_gradients.W_hh(0, 0), W(0, 0));
    const double eta = record.learning_rate;
    const std::string text = words(snapshot, at_position(9));
    EXPECT_NEAR(record.parameters_after->W_hh(0, 0), W(0, 0) - eta * step, 1e-12);
    EXPECT_THAT(text, HasSubstr("W_{hh}[1,1] ← " + markup_of(precise(W(0, 0))) + " − " +
                                markup_of(number(eta)) + " · " + markup_of(number(step, true)) +
                                " = " + markup_of(precise(W(0, 0) - eta * step))))
        << keys.back();
  };
  const char* task = "task.name=cat-mat-rat";
  check({task, "training.optimizer=sgd"}, [](double g, double) { return g; });
  check({task, "training.optimizer=sgd", "training.weight_decay=0.1"},
        [](double g, double w) { return g + 0.1 * w; });
  check({task, "training.optimizer=momentum"}, [](double g, double) { return g; });
  check({task, "training.optimizer=nesterov", "training.momentum=0.5"},
        [](double g, double) { return 1.5 * g; });
  check({task, "training.optimizer=adam"},
        [](double g, double) { return g / (std::abs(g) + 1e-8); });
}

TEST(ExplanationWords, AStepTooSmallForTheWeightsIsNotReadFromThem) {
  const auto tiny = [](const char* optimizer) {
    const auto snapshot =
        changed(snapshot_after(1, {"task.name=cat-mat-rat", "model.hidden=3", optimizer}, {}),
                [](IterationRecord& record) {
                  record.clipped_gradients.W_hh.setConstant(1e-17);
                  record.parameters_after->W_hh = record.model.parameters.W_hh;
                });
    return words(snapshot, at_position(9));
  };
  EXPECT_THAT(tiny("training.optimizer=sgd"), HasSubstr(" · 10^{−17} = "));
  const std::string adam = tiny("training.optimizer=adam");
  EXPECT_THAT(adam, HasSubstr("W_{hh}[1,1] ← "));
  EXPECT_THAT(adam, Not(HasSubstr(" · ")));
}

}  // namespace
}  // namespace backflow::figure
