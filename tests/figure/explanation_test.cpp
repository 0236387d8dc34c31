// The explanation of a phase step: its numbers are the record's and satisfy the formulas as shown,
// and it can be read at every size, for every cell, read-out, truncation and phase.
#include "app/figure/explanation.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "app/figure/explanation_figure.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/formula_value.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

using model::Index;
using ::testing::HasSubstr;
using ::testing::Not;

struct Example {
  std::string name;
  session::Snapshot snapshot;
};

Example make(const std::string& name, std::vector<const char*> keys, int iterations = 4) {
  return {name, snapshot_after(iterations, keys, {})};
}

const std::vector<Example>& examples() {
  static const std::vector<Example> kAll{
      make("default", {}),
      make("fresh", {}, 0),
      make("small", {"task.name=cat-mat-rat", "model.hidden=3"}),
      make("one unit", {"task.name=cat-mat-rat", "model.hidden=1"}),
      make("one unit of an LSTM", {"task.name=cat-mat-rat", "model.cell=lstm", "model.hidden=1"}),
      make("one unit, two classes",
           {"task.name=cat-mat-rat", "model.readout=softmax", "model.hidden=1"}),
      make("one step", {"task.name=first-bit", "task.steps=1"}),
      make("LSTM", {"task.name=cat-mat-rat", "model.cell=lstm", "model.hidden=4"}),
      make("LSTM, every step", {"task.name=cat-mat-rat", "model.cell=lstm", "model.hidden=2",
                                "task.shape=many-to-many"}),
      make("GRU", {"task.name=cat-mat-rat", "model.cell=gru", "model.hidden=3",
                   "task.shape=many-to-many"}),
      make("original GRU", {"task.name=cat-mat-rat", "model.cell=gru-original", "model.hidden=3",
                            "task.shape=many-to-many"}),
      make("wide GRU", {"task.name=first-bit", "task.steps=6", "model.cell=gru"}),
      make("wide original GRU", {"task.name=first-bit", "task.steps=6", "model.cell=gru-original",
                                 "model.activation=sigmoid"}),
      make("wide LSTM",
           {"task.name=first-bit", "task.steps=6", "model.cell=lstm", "model.activation=identity"}),
      make("softmax", {"task.name=cat-mat-rat", "task.shape=many-to-many", "model.readout=softmax",
                       "model.hidden=4"}),
      make("identity", {"task.name=sine", "task.steps=6", "model.activation=identity"}),
      make("ReLU", {"task.name=cat-mat-rat", "model.activation=relu", "model.hidden=5"}),
      make("leaky ReLU",
           {"task.name=cat-mat-rat", "model.activation=leaky-relu", "model.hidden=2"}),
      make("squared error of sigmoid",
           {"task.name=cat-mat-rat", "model.loss=mse", "task.shape=many-to-many"}),
      make("squared error of ReLU",
           {"task.name=sine", "task.steps=5", "model.readout=relu", "model.hidden=3"}),
      make("many classes", {"task.name=copy-memory", "task.steps=12"}),
      make("horizon", {"task.name=cat-mat-rat", "task.shape=many-to-many", "model.hidden=3",
                       "training.truncation=horizon", "training.truncation.steps=2"}),
      make("horizon of LSTM",
           {"task.name=cat-mat-rat", "task.shape=many-to-many", "model.cell=lstm",
            "training.truncation=horizon", "training.truncation.steps=2"}),
      make("horizon, one loss", {"task.name=first-bit", "task.steps=8",
                                 "training.truncation=horizon", "training.truncation.steps=3"}),
      make("chunks", {"task.name=first-bit", "task.steps=9", "task.shape=many-to-many",
                      "training.truncation=chunks", "training.truncation.steps=4"}),
      make("lengths", {"task.name=first-bit", "task.steps=12", "task.length_min=4"}),
      make("vanished", {"task.name=first-bit", "task.steps=60", "model.spectral_radius=0.01"}),
      make("wide", {"task.name=first-bit", "task.steps=5", "model.hidden=96", "task.batch=2"}, 1),
      make("clipped", {"training.clip.threshold=0.01", "training.optimizer=adam"}),
      make("clipped by value", {"training.clip.threshold=0.01", "training.clip.mode=value",
                                "training.optimizer=adamw", "training.weight_decay=0.01"}),
      make("clipped per tensor",
           {"training.clip.threshold=0.05", "training.clip.mode=per-tensor",
            "training.optimizer=momentum", "training.weight_decay=0.01", "training.l2=0.01"}),
      make("not clipped", {"training.clip.mode=none", "training.optimizer=nesterov"}),
      make("RMSProp", {"training.optimizer=rmsprop", "model.hidden=3"}),
      make("frozen", {"training.freeze_recurrent=on", "model.hidden=3"}),
      {"diverged", diverged_snapshot()},
  };
  return kAll;
}

// Some positions of long walks, all of short ones.
std::vector<View> views(const session::Snapshot& snapshot) {
  std::vector<View> all(1);
  const Index T = snapshot.record->trace.steps(), last = playhead_positions(T);
  for (Index position = 1; position <= last; ++position) {
    if (T > 20 && position > 3 && position < T - 2) continue;
    if (T > 20 && position > T + 5 && position < last - 4) continue;
    View view;
    view.playhead = Playhead{position};
    view.sequence = position;  // another one each time
    all.push_back(view);
  }
  return all;
}

std::string where(const Example& one, const View& view) {
  return one.name + ", position " + std::to_string(view.playhead ? view.playhead->position : 0);
}

TEST(Explanation, EveryEquationHoldsToTheDigitsShown) {
  for (const Example& one : examples()) {
    int checked = 0;
    for (const View& view : views(one.snapshot)) {
      SCOPED_TRACE(where(one, view));
      for (const Equation& equation : explain(one.snapshot, view).equations)
        for (const NumberForm& form : equation.numbers)
          for (const Formula& line : form.lines) checked += expect_equations_hold(line);
    }
    EXPECT_GT(checked, 10) << one.name;
  }
}

TEST(Explanation, TheCheckNoticesAWrongDigit) {
  const auto& snapshot = examples()[2].snapshot;
  View view;
  view.playhead = Playhead{2};
  static Formula line;
  line = explain(snapshot, view).equations[0].numbers[0].lines[0];
  EXPECT_EQ(expect_equations_hold(line), 1);
  line.parts[0].parts[0].text = "−9.99";
  EXPECT_NONFATAL_FAILURE(expect_equations_hold(line), "left");
}

model::Vector quantity(const Explanation& explanation, const std::string& name) {
  for (const Quantity& one : explanation.quantities)
    if (one.name == name) return one.values;
  ADD_FAILURE() << "no " << name;
  return {};
}

TEST(Explanation, LeftSidesAreTheRecords) {
  for (const Example& one : examples()) {
    const auto& record = *one.snapshot.record;
    const Index T = record.trace.steps(), s = record.trace.batch() - 1;
    const auto B = static_cast<double>(record.trace.batch());
    View view;
    view.sequence = s;
    for (Index t = std::max<Index>(1, T - 5); t <= record.trace.length(s); ++t) {
      SCOPED_TRACE(one.name + ", step " + std::to_string(t));
      const std::string index = "_{" + std::to_string(t) + "}";
      view.playhead = Playhead{t};
      EXPECT_TRUE(quantity(explain(one.snapshot, view), "h" + index)
                      .isApprox(record.trace.h.step(t).col(s)) ||
                  !record.trace.h.step(t).col(s).allFinite());
      view.playhead = Playhead{2 * T + 2 - t};
      const model::Vector e = B * record.signals.e.step(t).col(s);
      if (e.allFinite()) {
        EXPECT_EQ(quantity(explain(one.snapshot, view), "e" + index), e);
      }
    }
  }
}

// The terms of e_t to full precision: a sum that held only to three digits would be wrong.
TEST(Explanation, TermsOfTheBlameAddUpExactly) {
  for (const char* name : {"small", "LSTM, every step", "GRU", "original GRU", "softmax", "horizon",
                           "horizon of LSTM", "chunks", "wide GRU", "wide original GRU"})
    for (const Example& one : examples()) {
      if (one.name != name) continue;
      const Index T = one.snapshot.record->trace.steps();
      for (Index t = 1; t <= T; ++t) {
        SCOPED_TRACE(one.name + ", step " + std::to_string(t));
        View view;
        view.playhead = Playhead{2 * T + 2 - t};
        const Explanation explanation = explain(one.snapshot, view);
        const std::string own = "W_{hy}^{T} ∂L_{" + std::to_string(t) + "}/∂z_{" +
                                std::to_string(t) + "}" +
                                (one.name.ends_with("GRU") ? "^{out}" : "");
        const std::string left = "e_{" + std::to_string(t) + "}";
        model::Vector sum = model::Vector::Zero(quantity(explanation, left).size());
        bool inside = false;
        for (const Quantity& one_quantity : explanation.quantities) {
          const bool term = one_quantity.name == own || one_quantity.name.starts_with("J_") ||
                            one_quantity.name.starts_with("W_{hh}^{T}") ||
                            one_quantity.name.starts_with("∑");
          if (inside && term) sum += one_quantity.values;
          if (one_quantity.name == left) inside = true;
        }
        const model::Vector e = quantity(explanation, left);
        EXPECT_LE((sum - e).norm(), 1e-12 * e.norm());
      }
    }
}

TEST(Explanation, CanBeReadAtEverySize) {
  for (const Example& one : examples())
    for (const View& view : views(one.snapshot)) {
      SCOPED_TRACE(where(one, view));
      for (const Size size : {Size{320, 90}, Size{480, 140}, Size{600, 110}, Size{600, 200},
                              Size{900, 160}, Size{1400, 150}, Size{1400, 400}}) {
        const Figure figure =
            build_explanation(one.snapshot, view, {Theme::dark, 12.0, false}, size);
        expect_legible(figure);
        for (const Group& group : figure.groups)
          for (const auto& line : marks_of<PolylineMark>(group))
            for (const Point& point : line.points) {
              EXPECT_LE(point.x, size.width);
              EXPECT_LE(point.y, size.height);
            }
      }
    }
}

TEST(Explanation, TakesTheHeightItAsksForAndNoMore) {
  for (const Example& one : examples())
    for (const View& view : views(one.snapshot)) {
      SCOPED_TRACE(where(one, view));
      const FigureStyle style{Theme::dark, 12.0, false};
      const double height = explanation_height(one.snapshot, view, style, 800.0, 300.0);
      EXPECT_LE(height, 300.0);
      const auto texts = [&](double h) {
        return all_text(build_explanation(one.snapshot, view, style, {800.0, h}));
      };
      EXPECT_EQ(texts(height + 0.01), texts(300.0));
    }
}

const Example& case_of(const char* name) {
  for (const Example& one : examples())
    if (one.name == name) return one;
  ADD_FAILURE() << name;
  return examples()[0];
}

std::string text_at(const Example& one, Index position, Index sequence = 0) {
  View view;
  view.playhead = Playhead{position};
  view.sequence = sequence;
  const Explanation explanation = explain(one.snapshot, view);
  std::string text = explanation.sentences.front() + "\n";
  for (const Equation& equation : explanation.equations) text += markup_of(equation.symbols) + "\n";
  return text;
}

TEST(Explanation, SaysWhatHappens) {
  const Example& small = case_of("small");
  EXPECT_THAT(text_at(small, 3), HasSubstr("a_{3} = W_{xh} x_{3} + W_{hh} h_{2} + b_{h}\n"
                                           "h_{3} = tanh(a_{3})\n"));
  EXPECT_THAT(text_at(small, 3), HasSubstr("the input “cat” and the state h_{2}"));
  EXPECT_THAT(text_at(small, 4), HasSubstr("ŷ_{3} = σ(z_{3})"));
  EXPECT_THAT(text_at(small, 5), HasSubstr("the blame starts here"));
  EXPECT_THAT(text_at(small, 6), HasSubstr("flows back through J_{3}; step 2 has no loss"));
  EXPECT_THAT(text_at(small, 6), HasSubstr("e_{2} = J_{3}^{T} e_{3}\nδ_{2} = tanh′(a_{2}) ⊙ e_{2}\n"
                                           "∂L/∂W_{hh} += δ_{2} h_{1}^{T}"));
  const Example& every = case_of("softmax");
  EXPECT_THAT(text_at(every, 6), HasSubstr("e_{2} = J_{3}^{T} e_{3} + W_{hy}^{T} ∂L_{2}/∂z_{2}"));
  EXPECT_THAT(text_at(every, 6), HasSubstr("and step 2's own loss adds its share"));
  EXPECT_THAT(text_at(every, 4), HasSubstr("L = ∑"));
  EXPECT_THAT(text_at(case_of("clipped"), 8), HasSubstr("all of it is scaled down"));
  EXPECT_THAT(text_at(case_of("not clipped"), 8), HasSubstr("Clipping is off"));
  EXPECT_THAT(text_at(case_of("clipped"), 9), HasSubstr("Update by Adam"));
  EXPECT_THAT(text_at(case_of("frozen"), 9), HasSubstr("every weight but the frozen W_{hh}"));
  EXPECT_THAT(text_at(case_of("fresh"), 9), HasSubstr("have not been updated yet"));
}

TEST(Explanation, TruncationIsSaidWhereItCuts) {
  const Example& chunks = case_of("chunks");  // 9 steps, cut after 4 and 8
  EXPECT_THAT(text_at(chunks, 2 * 9 + 2 - 4), HasSubstr("truncation cuts between steps 4 and 5"));
  EXPECT_THAT(text_at(chunks, 2 * 9 + 2 - 5), HasSubstr("Cut here: nothing flows to step 4."));
  EXPECT_THAT(text_at(chunks, 2 * 9 + 2 - 6), Not(HasSubstr("ut here")));
  const Example& horizon = case_of("horizon, one loss");  // 8 steps, 3 of them blamed
  EXPECT_THAT(text_at(horizon, 2 * 8 + 2 - 6), HasSubstr("flows back through J_{7}"));
  EXPECT_THAT(text_at(horizon, 2 * 8 + 2 - 5), HasSubstr("no blame reaches this step"));
}

TEST(Explanation, ASequenceThatHasEndedKeepsItsState) {
  const Example& one = case_of("lengths");
  const model::Trace& trace = one.snapshot.record->trace;
  Index shorter = 0;
  while (trace.length(shorter) == trace.steps()) ++shorter;
  EXPECT_THAT(text_at(one, 12, shorter), HasSubstr("has ended at step"));
  EXPECT_THAT(text_at(one, 12, shorter), HasSubstr("h_{12} = h_{11}"));
  EXPECT_THAT(text_at(one, 14, shorter), HasSubstr("nothing here is to blame"));
}

TEST(Explanation, WithoutAPlayheadTheNetworkInGeneral) {
  const Explanation explanation = explain(examples()[0].snapshot, {});
  EXPECT_EQ(markup_of(explanation.equations[0].symbols),
            "h_{t} = f(W_{xh} x_{t} + W_{hh} h_{t−1} + b_{h})");
  const Figure figure = build_explanation(examples()[0].snapshot, {}, {}, {900, 200});
  EXPECT_THAT(all_text(figure), HasSubstr("∏"));
}

TEST(Explanation, SmallNetsShowMatricesAndLargeOnesTheirBeginningOrNorms) {
  const auto text = [](const char* name, Size size) {
    View view;
    view.playhead = Playhead{2};
    return all_text(build_explanation(case_of(name).snapshot, view, {}, size));
  };
  EXPECT_THAT(text("small", {900, 200}), Not(HasSubstr("⋮")));
  EXPECT_THAT(text("default", {900, 200}), HasSubstr("⋮"));
  EXPECT_THAT(text("default", {900, 110}), Not(HasSubstr("⋮")));
  EXPECT_THAT(text("default", {900, 110}), HasSubstr("‖"));
}

TEST(Explanation, HotSpotsLieAroundTheirTermsAndLightUp) {
  View view;
  view.playhead = Playhead{6};
  view.highlight = Highlight{Part::blame, 3};
  const Figure figure = build_explanation(case_of("small").snapshot, view, {}, {900, 220});
  const auto boxes = text_boxes(figure);
  const auto around = [&](const Highlight& highlight, const std::string& text) {
    for (const HotSpot& spot : figure.hot_spots)
      if (spot.highlight == highlight)
        for (const TextBox& box : boxes)
          if (box.text == text && spot.rect.contains({box.rect.x, box.rect.y}) &&
              spot.rect.contains({box.rect.right(), box.rect.bottom()}))
            return true;
    return false;
  };
  EXPECT_TRUE(around({Part::blame, 3}, "e_{3}"));
  EXPECT_TRUE(around({Part::blame, 2}, "e_{2}"));
  EXPECT_TRUE(around({Part::factor, 3}, "J_{3}^{T}"));
  EXPECT_TRUE(around({Part::state, 1}, "h_{1}^{T}"));
  std::size_t lit = 0;
  for (const HotSpot& spot : figure.hot_spots) lit += spot.highlight == *view.highlight ? 1 : 0;
  EXPECT_EQ(marks_of<RectMark>(group_of(figure, "lit")).size(), lit);
  EXPECT_GE(lit, 2u);  // the symbol and its numbers
  const Rect spot = figure.hot_spots.front().rect;
  EXPECT_THAT(
      explanation_tooltip(case_of("small").snapshot, view, figure, {spot.x + 1.0, spot.y + 1.0}),
      HasSubstr("the blame that reaches step 2"));
}

TEST(Explanation, CsvHasTheVectors) {
  View view;
  view.playhead = Playhead{2};
  const auto rows = rows_of(*find_figure("explanation"), case_of("small").snapshot, view);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"quantity", "index", "value"}));
  EXPECT_EQ(rows[1][0], "a_2");
  EXPECT_EQ(std::stod(rows[1][2]), case_of("small").snapshot.record->trace.a.step(2)(0, 0));
}

}  // namespace
}  // namespace backflow::figure
