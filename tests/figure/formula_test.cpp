// Typeset formulas: nothing overlaps, everything lies in its box, lines and axes are where they
// should be.
#include "app/figure/formula.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/figure/figure_checks.h"

namespace backflow::figure {
namespace {

constexpr double kSize = 20.0, kAxis = 0.314 * kSize;
constexpr Point kStart{30.0, 120.0};

struct Laid {
  FormulaBox box;
  FormulaMarks marks;
  Figure figure;  // 900 × 240, with the marks
};

Laid lay(const Formula& formula, std::optional<Highlight> lit = {}) {
  Laid laid;
  laid.box = place(formula, kStart, {kSize, {0, 0, 0}, {9, 9, 9}, lit}, laid.marks);
  laid.figure.width = 900.0;
  laid.figure.height = 240.0;
  laid.figure.groups.push_back({"formula", std::nullopt, laid.marks.marks});
  return laid;
}

Formula column(const std::vector<const char*>& cells) {
  std::vector<Formula> terms;
  for (const char* cell : cells) terms.push_back(term(cell));
  return matrix(std::move(terms), 1);
}

Rect bounds(const PolylineMark& line) {
  double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
  for (const Point& point : line.points) {
    left = std::min(left, point.x), right = std::max(right, point.x);
    top = std::min(top, point.y), bottom = std::max(bottom, point.y);
  }
  return {left, top, right - left, bottom - top};
}

double middle(const Rect& rect) { return rect.y + rect.height / 2.0; }

void expect_inside(const Rect& rect, const Laid& laid, const std::string& what) {
  EXPECT_GE(rect.x, kStart.x - 0.01) << what;
  EXPECT_LE(rect.right(), kStart.x + laid.box.width + 0.01) << what;
  EXPECT_GE(rect.y, kStart.y - laid.box.ascent - 0.01) << what;
  EXPECT_LE(rect.bottom(), kStart.y + laid.box.descent + 0.01) << what;
}

const std::vector<std::pair<const char*, Formula>>& samples() {
  static const std::vector<std::pair<const char*, Formula>> kAll{
      {"row", row({term("a_{3}"), relation("="), term("W_{xh}"), term("x_{3}"), binary("+"),
                   term("b_{h}")})},
      {"function", row({term("h_{3}"), relation("="), function("tanh"),
                        parenthesized(row({term("W_{hh}^{T}"), term("h_{2}")}))})},
      {"columns", row({column({"1", "−0.25", "⋮"}), relation("="), function("tanh"),
                       parenthesized(row({column({"1", "2", "3"}), binary("+"),
                                          raised(column({"10", "−20", "30"}), "T")}))})},
      {"matrix",
       row({matrix({term("1"), term("2"), term("3.25"), term("−4")}, 2), column({"0.1", "0.2"})})},
      {"fraction",
       row({term("g"), relation("←"), fraction(term("c"), norm_bars(term("g_{t}"))), term("g")})},
      {"sums", row({term("∂L/∂W_{hh}"), relation("="), large_operator("∑", "t", ""),
                    large_operator("∑", "k≤t", "T"),
                    parenthesized(row({large_operator("∏", "i=k+1", "t"), term("J_{i}")}))})},
      {"root", row({fraction(term("m̂"), row({root(term("ŝ_{t}")), binary("+"), term("ε")})),
                    comma(), term("x")})},
      {"norm of a column", row({norm_bars(column({"3", "4"})), relation("="), term("5")})},
      {"raised", raised(parenthesized(row({term("ŷ"), binary("−"), term("y")})), "2")},
  };
  return kAll;
}

TEST(Formula, NothingOverlapsAndEverythingLiesInItsBox) {
  for (const auto& [name, formula] : samples()) {
    SCOPED_TRACE(name);
    const Laid laid = lay(formula);
    expect_legible(laid.figure);
    for (const TextBox& box : text_boxes(laid.figure)) expect_inside(box.rect, laid, box.text);
    for (const auto& line : marks_of<PolylineMark>(laid.figure.groups[0])) {
      expect_inside(bounds(line), laid, "a line");
      // Lines run beside the letters, not through them.
      for (const TextBox& box : text_boxes(laid.figure))
        for (const Point& point : line.points)
          EXPECT_FALSE(box.rect.contains(point)) << "a line in " << box.text;
    }
  }
}

TEST(Formula, TermsOfARowShareTheirBaseline) {
  const Laid laid = lay(samples()[0].second);
  const auto texts = marks_of<TextMark>(laid.figure.groups[0]);
  ASSERT_EQ(texts.size(), 6u);
  for (const TextMark& text : texts) EXPECT_EQ(text.anchor.y, kStart.y) << text.markup;
  for (std::size_t i = 1; i < texts.size(); ++i)
    EXPECT_GT(texts[i].anchor.x, texts[i - 1].anchor.x + 1.0);
}

TEST(Formula, MatricesAndFractionsAreCentredOnTheAxis) {
  const Laid matrices = lay(row({column({"1", "2"}), relation("="), column({"1", "2", "3", "4"})}));
  const auto brackets = marks_of<PolylineMark>(matrices.figure.groups[0]);
  ASSERT_EQ(brackets.size(), 4u);
  for (const auto& bracket : brackets) EXPECT_NEAR(middle(bounds(bracket)), kStart.y - kAxis, 1e-9);
  // Left and right alike; four rows are about twice as high as two.
  EXPECT_NEAR(bounds(brackets[0]).height, bounds(brackets[1]).height, 1e-9);
  const double ratio = bounds(brackets[2]).height / bounds(brackets[0]).height;
  EXPECT_GT(ratio, 1.8);
  EXPECT_LT(ratio, 2.4);
  const Laid quotient = lay(fraction(term("c"), term("d")));
  EXPECT_NEAR(bounds(marks_of<PolylineMark>(quotient.figure.groups[0])[0]).y, kStart.y - kAxis,
              1e-9);
}

TEST(Formula, BracketsReachAroundTheirEntries) {
  const Laid laid = lay(column({"W_{hh}^{T}", "2", "∂L_{2}"}));
  const Rect bracket = bounds(marks_of<PolylineMark>(laid.figure.groups[0])[0]);
  for (const TextBox& box : text_boxes(laid.figure)) {
    EXPECT_GE(box.rect.y, bracket.y);
    EXPECT_LE(box.rect.bottom(), bracket.bottom());
  }
}

TEST(Formula, DelimitersStretchOnlyAroundWhatIsTall) {
  EXPECT_TRUE(marks_of<PolylineMark>(lay(parenthesized(term("a_{t}"))).figure.groups[0]).empty());
  const Laid tall = lay(parenthesized(column({"1", "2", "3"})));
  const auto lines = marks_of<PolylineMark>(tall.figure.groups[0]);
  ASSERT_EQ(lines.size(), 4u);  // two brackets and two parentheses
  double bracket = 0.0, parenthesis = 1e9;
  for (const auto& line : lines)
    if (line.points.size() == 4)
      bracket = bounds(line).height;
    else
      parenthesis = std::min(parenthesis, bounds(line).height);
  EXPECT_GE(parenthesis, bracket);
}

TEST(Formula, NumbersOfAColumnAreAlignedAtTheRight) {
  const Laid laid = lay(column({"−10.5", "2.5"}));
  const auto boxes = text_boxes(laid.figure);
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_NEAR(boxes[0].rect.right(), boxes[1].rect.right(), 1e-9);
  EXPECT_LT(boxes[0].rect.x, boxes[1].rect.x);
}

TEST(Formula, HighlightsBecomeHotSpotsAndLightUp) {
  const Highlight state{Part::state, 2}, weights{Part::recurrent_weights, -1};
  const Formula formula = row({term("W_{hh}", weights), term("h_{2}", state)});
  const Laid dark = lay(formula);
  ASSERT_EQ(dark.marks.hot_spots.size(), 2u);
  EXPECT_TRUE(dark.marks.behind.empty());
  const auto boxes = text_boxes(dark.figure);
  for (std::size_t i = 0; i < 2; ++i) {
    const Rect &spot = dark.marks.hot_spots[i].rect, &text = boxes[i].rect;
    EXPECT_TRUE(spot.contains({text.x, text.y}) && spot.contains({text.right(), text.bottom()}));
  }
  EXPECT_LE(dark.marks.hot_spots[0].rect.right(), boxes[1].rect.x);
  const Laid lit = lay(formula, state);
  ASSERT_EQ(lit.marks.behind.size(), 1u);
  EXPECT_EQ(std::get<RectMark>(lit.marks.behind[0]).rect.x, lit.marks.hot_spots[1].rect.x);
}

TEST(Formula, IsReadAsOneLine) {
  EXPECT_EQ(markup_of(samples()[0].second), "a_{3} = W_{xh} x_{3} + b_{h}");
  EXPECT_EQ(markup_of(samples()[1].second), "h_{3} = tanh(W_{hh}^{T} h_{2})");
  EXPECT_EQ(markup_of(samples()[4].second), "g ← c/‖g_{t}‖ g");
}

}  // namespace
}  // namespace backflow::figure
