// The network during a walk: what is dimmed and marked at each position, the bars, the words, the
// folded cell, and what lies under the mouse.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/number_format.h"
#include "app/figure/walk_text.h"
#include "tests/figure/walked.h"

namespace backflow::figure {
namespace {

using model::Index;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Walk, DimsExactlyWhatHasNotBeenReached) {
  for (const char* task : {"task.name=cat-mat-rat", "task.name=first-bit"})
    for (const char* cell : {"model.cell=rnn", "model.cell=lstm"}) {
      const auto snapshot = walked(3, {task, cell});
      const Index T = snapshot.record->trace.steps();
      for (Index position = 1; position <= playhead_positions(T); ++position) {
        SCOPED_TRACE(std::string(task) + " " + cell + " " + std::to_string(position));
        const Shown s = shown(snapshot, at_position(position));
        const auto reached = [&](const Row& row, Index t) {
          return dimmed(s.figure, middle(s.layout, row, t)) == 0;
        };
        for (Index t = 0; t <= T; ++t) {
          EXPECT_EQ(reached(s.layout.hidden, t), t <= position) << t;
          const bool has_cell = s.layout.cell.height > 0.0;
          EXPECT_EQ(has_cell && reached(s.layout.cell, t), has_cell && t <= position) << t;
          EXPECT_EQ(t > 0 && reached(s.layout.input, t), t > 0 && t <= position) << t;
          // Blame reaches step t at position 2 T + 2 − t; h_0 together with h_1.
          const Index arrives = 2 * T + 2 - std::max<Index>(t, 1);
          EXPECT_EQ(reached(s.layout.blame, t), position >= arrives) << t;
          if (s.layout.detail == Detail::full && t > 0 && t < T) {
            const Point way{s.layout.x(static_cast<double>(t) + 0.5), s.layout.blame.middle()};
            EXPECT_EQ(dimmed(s.figure, way) == 0, position >= arrives) << t;
          }
        }
        EXPECT_EQ(reached(s.layout.output, T), position > T);
        EXPECT_EQ(reached(s.layout.loss, T), position > T);
      }
    }
}

TEST(Walk, TheNodeComesUpWhileItsSignalArrives) {
  const auto snapshot = walked(3, {"task.name=cat-mat-rat"});
  int before = 256;
  for (const double pulse : {0.0, 0.3, 0.7, 0.95}) {
    const Shown s = shown(snapshot, at_position(2, pulse));
    const int now = dimmed(s.figure, middle(s.layout, s.layout.hidden, 2));
    EXPECT_LT(now, before);
    EXPECT_EQ(dimmed(s.figure, middle(s.layout, s.layout.hidden, 1)), 0);
    before = now;
  }
}

TEST(Walk, PulsesMoveRightInForwardAndLeftInBackward) {
  const auto snapshot = walked(3, {"task.name=cat-mat-rat"});
  const auto along = [&](Index position, double pulse) {
    const Shown s = shown(snapshot, at_position(position, pulse));
    for (const PulseMark& mark : marks_of<PulseMark>(group_of(s.figure, "playhead")))
      if (mark.direction.y == 0.0) return mark;
    ADD_FAILURE() << "no pulse";
    return PulseMark{};
  };
  const PulseMark early = along(2, 0.2), late = along(2, 0.8);
  EXPECT_GT(early.direction.x, 0.0);
  EXPECT_LT(early.center.x, late.center.x);
  const PulseMark back_early = along(3 + 1 + 2, 0.2), back_late = along(3 + 1 + 2, 0.8);
  EXPECT_LT(back_early.direction.x, 0.0);
  EXPECT_GT(back_early.center.x, back_late.center.x);
  // At rest there is none.
  for (Index position = 1; position <= 9; ++position)
    EXPECT_THAT(
        marks_of<PulseMark>(group_of(shown(snapshot, at_position(position)).figure, "playhead")),
        IsEmpty());
}

TEST(Walk, BlameThatFadesTravelsInThinnerPulses) {
  const auto snapshot =
      walked(0, {"task.name=first-bit", "task.steps=20", "model.spectral_radius=0.3"});
  double before = 1e9;
  for (const Index t : {19, 12, 5, 1}) {
    const Shown s = shown(snapshot, at_position(2 * 20 + 2 - t, 0.5));
    const auto pulses = marks_of<PulseMark>(group_of(s.figure, "playhead"));
    ASSERT_EQ(pulses.size(), 1u) << t;
    EXPECT_LT(pulses[0].width, before) << t;
    before = pulses[0].width;
  }
}

// The filled length of the bars, in units of what the longest can be.
std::vector<double> bar_shares(const Figure& figure) {
  std::vector<double> shares;
  Rect track;
  for (const RectMark& mark : marks_of<RectMark>(group_of(figure, "gradients"))) {
    if (mark.stroke) {
      track = mark.rect;
      shares.push_back(0.0);
    } else {
      shares.back() = mark.rect.width / track.width;
    }
  }
  return shares;
}

TEST(Walk, BarsFillByTheTermsOfTheStepsPassed) {
  for (const char* cell : {"model.cell=rnn", "model.cell=gru", "model.cell=lstm"}) {
    const auto snapshot = walked(2, {"task.name=first-bit", "task.steps=12", cell});
    const auto& record = *snapshot.record;
    const Index T = 12;
    // The slow way: the sums from the signals, entry by entry.
    model::Matrix sum =
        model::Matrix::Zero(record.gradients.W_xh.rows(), record.batch.inputs.rows());
    std::vector<double> norms(static_cast<std::size_t>(T) + 2, 0.0);
    double largest = 0.0;
    for (Index t = T; t >= 1; --t) {
      for (Index b = 0; b < record.trace.batch(); ++b)
        sum += record.signals.delta.step(t).col(b).head(sum.rows()) *
               record.batch.inputs.step(t).col(b).transpose();
      norms[static_cast<std::size_t>(t)] = sum.norm();
      largest = std::max(largest, sum.norm());
    }
    for (Index position = 1; position <= 2 * T + 1; ++position) {
      const Figure figure = kWalked.build(snapshot, at_position(position), {}, kSize);
      const auto shares = bar_shares(figure);
      ASSERT_EQ(shares.size(), 3u);
      const Index t = position <= T + 1 ? T + 1 : 2 * T + 2 - position;
      EXPECT_NEAR(shares[0], norms[static_cast<std::size_t>(t)] / largest, 1e-9) << position;
      EXPECT_THAT(all_text(figure), HasSubstr(compact(norms[static_cast<std::size_t>(t)])));
    }
  }
}

TEST(Walk, ClippingShrinksTheBarsAndNamesItsFactor) {
  const auto snapshot =
      walked(2, {"task.name=first-bit", "task.steps=8", "training.clip.threshold=0.01"});
  const auto& record = *snapshot.record;
  ASSERT_TRUE(record.clip.clipped);
  const Figure before = kWalked.build(snapshot, at_position(17), {}, kSize);
  const Figure after = kWalked.build(snapshot, at_position(18), {}, kSize);
  const double factor = 0.01 / record.clip.norm_before;
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(bar_shares(after)[i], factor * bar_shares(before)[i], 1e-9) << i;
  EXPECT_THAT(all_text(after), HasSubstr("× " + compact(factor)));
  EXPECT_THAT(all_text(after), HasSubstr(compact(record.clipped_gradients.W_hh.norm())));
}

TEST(Walk, TheUpdateTellsHowFarTheWeightsMoved) {
  const auto snapshot =
      walked(2, {"task.name=first-bit", "task.steps=8", "training.optimizer=adam"});
  const auto& record = *snapshot.record;
  const Figure figure = kWalked.build(snapshot, at_position(19), {}, kSize);
  const std::string text = all_text(figure);
  EXPECT_THAT(text, HasSubstr("‖ΔW‖"));
  const auto moved = [](const model::Matrix& after, const model::Matrix& before) {
    return compact((after - before).norm());
  };
  EXPECT_THAT(text, HasSubstr(moved(record.parameters_after->W_hh, record.model.parameters.W_hh)));
  EXPECT_THAT(text, HasSubstr(moved(record.parameters_after->W_xh, record.model.parameters.W_xh)));
  EXPECT_THAT(text, HasSubstr("η = " + compact(record.learning_rate)));
}

TEST(Walk, SaysWhatHappens) {
  const auto snapshot = walked(2, {"task.name=cat-mat-rat"});
  const UnrolledData data = unrolled_data(snapshot, {});
  const auto sentence = [&](Index position) { return walk_sentences(data, {position}).front(); };
  EXPECT_EQ(sentence(2), "forward, t = 2: x_{2} and h_{1} make h_{2}");
  EXPECT_THAT(sentence(4), HasSubstr("L = " + compact(snapshot.record->trace.loss)));
  EXPECT_EQ(sentence(5), "backward, t = 3: L_{3} blames h_{3}");
  EXPECT_EQ(sentence(6), "backward, t = 2: blame flows from h_{3} to h_{2}");
  EXPECT_EQ(sentence(7), "backward, t = 1: blame flows from h_{2} to h_{1}, and on to h_{0}");
  EXPECT_THAT(sentence(8), HasSubstr("nothing is clipped"));
  EXPECT_THAT(sentence(9), HasSubstr("update by SGD"));
}

TEST(Walk, SaysWhereTruncationCuts) {
  const auto snapshot = walked(1, {"task.name=first-bit", "task.steps=9",
                                   "training.truncation=chunks", "training.truncation.steps=3"});
  const UnrolledData data = unrolled_data(snapshot, {});
  int cuts = 0;
  for (Index t = 1; t <= 9; ++t) {
    const std::string sentence = walk_sentences(data, {2 * 9 + 2 - t}).front();
    const bool cut = t < 9 && data.is_cut(t + 1);
    cuts += cut ? 1 : 0;
    EXPECT_EQ(sentence.find("truncation lets no blame through") != std::string::npos, cut)
        << sentence;
  }
  EXPECT_EQ(cuts, 2);
}

TEST(Walk, ASequenceThatHasEndedSaysSo) {
  const auto snapshot = walked(1, {"task.name=first-bit", "task.steps=8", "task.length_min=2"});
  const auto& trace = snapshot.record->trace;
  for (Index s = 0; s < trace.batch(); ++s) {
    if (trace.length(s) == 8) continue;
    View view = at_position(8);
    view.sequence = s;
    EXPECT_THAT(all_text(kWalked.build(snapshot, view, {}, kSize)),
                HasSubstr("ended at " + std::to_string(trace.length(s))));
    return;
  }
  FAIL() << "all are of one length";
}

std::vector<session::Snapshot> situations() {
  return {walked(3, {"task.name=cat-mat-rat"}),
          walked(3, {"task.name=cat-mat-rat", "model.cell=lstm"}),
          walked(2, {"task.name=first-bit", "task.steps=20", "model.cell=gru"}),
          walked(1, {"task.name=first-bit", "task.steps=200", "model.hidden=64"}),
          walked(2, {"task.name=next-character", "task.steps=12", "model.hidden=5"}),
          walked(1, {"task.name=first-bit", "task.steps=1", "model.hidden=1"}),
          diverged_snapshot()};
}

TEST(Walk, IsLegibleAtEveryPositionSizeAndFold) {
  for (const auto& snapshot : situations()) {
    const Index last = playhead_positions(snapshot.record->trace.steps());
    for (const Size size : {Size{300, 200}, Size{440, 300}, Size{590, 370}, Size{960, 420}})
      for (Index position = 1; position <= last; position += std::max<Index>(1, last / 9))
        for (const FigureInfo* info : {&kWalked, &kFolded})
          for (const bool title : {true, false}) {
            SCOPED_TRACE(std::string(info->name) + " " + std::to_string(size.width) +
                         ", T = " + std::to_string(snapshot.record->trace.steps()) + ", position " +
                         std::to_string(position));
            const Figure figure =
                info->build(snapshot, at_position(position, 0.5), {Theme::dark, 12.0, title}, size);
            expect_legible(figure);
            for (const HotSpot& spot : figure.hot_spots) {
              EXPECT_GE(spot.rect.x, 0.0);
              EXPECT_LE(spot.rect.right(), size.width + 0.5);
              EXPECT_LE(spot.rect.bottom(), size.height + 0.5);
            }
          }
  }
}

TEST(Walk, WithoutOneNothingIsDimmed) {
  const Figure figure = kWalked.build(walked(1, {}), {}, {}, kSize);
  for (const char* id : {"unreached", "playhead", "gradients", "highlight"})
    EXPECT_FALSE(has_group(figure, id)) << id;
}

TEST(Folded, NamesTheSharedWeightsAndShowsValuesOnlyInAWalk) {
  for (const char* cell : {"model.cell=rnn", "model.cell=gru", "model.cell=lstm"}) {
    const auto snapshot = walked(1, {"task.name=first-bit", "task.steps=6", cell});
    const std::string names = all_text(kFolded.build(snapshot, {}, {}, kSize));
    for (const char* name : {"W_{xh}", "W_{hh}", "W_{hy}", "h_{t}", "x_{t}", "h_{t−1}"})
      EXPECT_THAT(names, HasSubstr(name));
    const Figure at_four = kFolded.build(snapshot, at_position(4), {}, kSize);
    EXPECT_THAT(all_text(at_four), HasSubstr("h_{4}"));
    EXPECT_THAT(all_text(at_four), HasSubstr("carries h_{3}"));
  }
}

TEST(Folded, ThePulseGoesAroundTheLoop) {
  const auto snapshot = walked(1, {"task.name=first-bit", "task.steps=6"});
  double most = 0.0;
  std::vector<Point> way;
  for (const double pulse : {0.05, 0.35, 0.5, 0.65, 0.95}) {
    const Figure figure = kFolded.build(snapshot, at_position(4, pulse), {}, kSize);
    const PulseMark mark = marks_of<PulseMark>(group_of(figure, "cell")).front();
    EXPECT_NEAR(std::hypot(mark.direction.x, mark.direction.y), 1.0, 1e-12);
    way.push_back(mark.center);
    most = std::max(most, mark.center.x);
  }
  EXPECT_EQ(most, way[2].x);              // out …
  EXPECT_NEAR(way[0].x, way[4].x, 1e-9);  // … and back
  EXPECT_LT(way[0].y, way[4].y);
}

TEST(Folded, TheWayThereKeepsInsideTheFigure) {
  for (const char* steps : {"task.steps=4", "task.steps=60"}) {
    const auto snapshot = walked(1, {"task.name=first-bit", steps});
    for (const double fold : {0.1, 0.4, 0.6, 0.8, 0.99}) {
      View view;
      view.fold = fold;
      const Figure figure = kWalked.build(snapshot, view, {}, kSize);
      EXPECT_FALSE(figure.plot);
      EXPECT_TRUE(has_group(figure, "network"));
      EXPECT_EQ(has_group(figure, "cell"), fold > 0.55) << fold;
      for (const TextBox& box : text_boxes(figure)) {
        EXPECT_GE(box.rect.x, -0.5);
        EXPECT_LE(box.rect.right(), figure.width + 0.5);
      }
    }
    View folded;
    folded.fold = 1.0;
    EXPECT_EQ(all_text(kWalked.build(snapshot, folded, {Theme::light, 12.0, false}, kSize)),
              all_text(kFolded.build(snapshot, {}, {Theme::light, 12.0, false}, kSize)));
  }
}

TEST(HotSpots, EveryPartIsFoundWhereItIsDrawn) {
  const auto snapshot = walked(2, {"task.name=cat-mat-rat", "model.cell=lstm"});
  const Shown s = shown(snapshot, {});
  const auto at = [&](const Row& row, Index t) {
    return highlight_at(s.figure, middle(s.layout, row, t));
  };
  for (Index t = 1; t <= 3; ++t) {
    EXPECT_EQ(at(s.layout.hidden, t), (Highlight{Part::state, t}));
    EXPECT_EQ(at(s.layout.cell, t), (Highlight{Part::cell_state, t}));
    EXPECT_EQ(at(s.layout.input, t), (Highlight{Part::input, t}));
    EXPECT_EQ(at(s.layout.blame, t), (Highlight{Part::blame, t}));
    const Point between{s.layout.x(static_cast<double>(t) - 0.5), s.layout.hidden.middle()};
    EXPECT_EQ(highlight_at(s.figure, between), (Highlight{Part::recurrent_weights, -1}));
    const Point above{between.x, s.layout.blame.middle()};
    EXPECT_EQ(highlight_at(s.figure, above), (Highlight{Part::factor, t}));
  }
  EXPECT_EQ(at(s.layout.output, 3), (Highlight{Part::output, 3}));
  EXPECT_EQ(at(s.layout.loss, 3), (Highlight{Part::loss, 3}));
  EXPECT_EQ(at(s.layout.loss, 1), std::nullopt);
  EXPECT_EQ(highlight_at(s.figure, {1.0, 1.0}), std::nullopt);
}

TEST(HotSpots, WhatIsMeantElsewhereIsOutlined) {
  const auto snapshot = walked(2, {"task.name=cat-mat-rat"});
  const auto outlines = [&](Highlight highlight) {
    View view;
    view.highlight = highlight;
    const Figure figure = kWalked.build(snapshot, view, {}, kSize);
    return has_group(figure, "highlight")
               ? marks_of<RectMark>(group_of(figure, "highlight")).size() / 2
               : 0;
  };
  EXPECT_EQ(outlines({Part::state, 2}), 1u);
  EXPECT_EQ(outlines({Part::recurrent_weights, -1}), 3u);  // one for each edge
  EXPECT_EQ(outlines({Part::state, -1}), 4u);
  EXPECT_EQ(outlines({Part::loss, 1}), 0u);
}

}  // namespace
}  // namespace backflow::figure
