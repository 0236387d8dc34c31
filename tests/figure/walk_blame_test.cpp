// Blame on its way back during a walk: where it flows, and what it has not reached.
#include <gtest/gtest.h>

#include "app/figure/walk_text.h"
#include "tests/figure/walked.h"

namespace backflow::figure {
namespace {

using model::Index;

// Narrow columns are covered piece by piece: nothing twice, and not one piece for each step.
TEST(Walk, NarrowColumnsAreDimmedOnce) {
  for (const char* steps : {"task.steps=60", "task.steps=1000"}) {
    const auto snapshot = walked(0, {"task.name=first-bit", "task.batch=1", steps});
    const Index T = snapshot.record->trace.steps();
    for (const Index position : {Index{3}, T + 1, T + 2, T + 20, 2 * T + 1, 2 * T + 2}) {
      SCOPED_TRACE(std::string(steps) + ", " + std::to_string(position));
      const Shown s = shown(snapshot, at_position(position, 0.5));
      ASSERT_NE(s.layout.detail, Detail::full);
      const auto veils = marks_of<RectMark>(group_of(s.figure, "unreached"));
      EXPECT_LE(veils.size(), 8u);
      const double y = s.layout.blame.middle();
      for (double x = 0.5; x < kSize.width; x += 0.25) {
        int over = 0;
        for (const RectMark& veil : veils) over += veil.rect.contains({x, y}) ? 1 : 0;
        ASSERT_LE(over, 1) << x;
      }
      for (Index t = 0; t <= T; t += 7) {
        const Index at = 2 * T + 2 - std::max<Index>(t, 1);
        const int now = dimmed(s.figure, middle(s.layout, s.layout.blame, t));
        EXPECT_EQ(now, position > at ? 0 : position == at ? 102 : 204) << t;
      }
    }
  }
}

// The record's own numbers say whether blame flows: only the last step has a loss.
TEST(Walk, UnderAHorizonBlameFlowsOnlyWhereThereIsSome) {
  for (const char* kind :
       {"training.truncation=none", "training.truncation=horizon", "training.truncation=chunks"}) {
    const auto snapshot =
        walked(1, {"task.name=first-bit", "task.steps=8", kind, "training.truncation.steps=3"});
    for (Index t = 1; t < 8; ++t) {
      SCOPED_TRACE(std::string(kind) + ", t = " + std::to_string(t));
      const bool some = snapshot.record->signals.e.step(t).col(0).norm() > 0.0;
      const View view = at_position(2 * 8 + 2 - t, 0.5);
      const std::string sentence =
          walk_sentences(unrolled_data(snapshot, view), *view.playhead).front();
      EXPECT_EQ(sentence.find("blame flows") != std::string::npos, some) << sentence;
      for (const FigureInfo* info : {&kWalked, &kFolded}) {
        const Figure figure = info->build(snapshot, view, {}, kSize);
        const Group& group = group_of(figure, info == &kFolded ? "cell" : "playhead");
        EXPECT_EQ(!marks_of<PulseMark>(group).empty(), some) << info->name;
      }
    }
  }
  const auto horizon = walked(1, {"task.name=first-bit", "task.steps=8",
                                  "training.truncation=horizon", "training.truncation.steps=3"});
  const auto sentence = [&](Index t) {
    return walk_sentences(unrolled_data(horizon, {}), {2 * 8 + 2 - t}).front();
  };
  EXPECT_EQ(sentence(6), "backward, t = 6: blame flows from h_{7} to h_{6}");
  EXPECT_EQ(sentence(5), "backward, t = 5: truncation lets no blame through from h_{6}");
  EXPECT_EQ(sentence(1), "backward, t = 1: no blame reaches h_{1}");
}

}  // namespace
}  // namespace backflow::figure
