// Formulas as they are written in lessons.
#include "app/figure/formula_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backflow::figure {
namespace {

using ::testing::HasSubstr;

std::string markup(const char* text) {
  Formula formula;
  EXPECT_EQ(parse_formula(text, formula), "") << text;
  return markup_of(formula);
}

std::string error(const std::string& text) {
  Formula formula;
  return parse_formula(text, formula);
}

TEST(FormulaText, IsTheFormulaThatIsMeant) {
  EXPECT_EQ(
      markup("h_{t} = tanh (W_{hh} h_{t−1} + b_{h})"),
      markup_of(row(
          {term("h_{t}"), relation("="), function("tanh"),
           parenthesized(row({term("W_{hh}"), term("h_{t−1}"), binary("+"), term("b_{h}")}))})));
  EXPECT_EQ(markup("\\frac{∂L}{∂W} = \\sum{k=1}{t} δ_{k} h_{k−1}^{T}"),
            markup_of(row({fraction(term("∂L"), term("∂W")), relation("="),
                           large_operator("∑", "k=1", "t"), term("δ_{k}"), term("h_{k−1}^{T}")})));
  EXPECT_EQ(markup("\\norm{\\matrix{a & b ; c & d}} ≤ \\sqrt{2}"),
            markup_of(row({norm_bars(matrix({term("a"), term("b"), term("c"), term("d")}, 2)),
                           relation("≤"), root(term("2"))})));
  EXPECT_EQ(markup("\\raised{(1 - h)}{2} , x"),
            markup_of(row({raised(parenthesized(row({term("1"), binary("−"), term("h")})), "2"),
                           comma(), term("x")})));
}

TEST(FormulaText, SaysWhatIsWrong) {
  EXPECT_THAT(error("f (x"), HasSubstr("parenthesis that is not closed"));
  EXPECT_THAT(error("x )"), HasSubstr("\")\" too many"));
  EXPECT_THAT(error("\\frac{a}"), HasSubstr("without its {…}"));
  EXPECT_THAT(error("\\frac{a}{b"), HasSubstr("{ that is not closed"));
  EXPECT_THAT(error("\\fraction{a}{b}"), HasSubstr("the command \"\\fraction\""));
  EXPECT_THAT(error("\\matrix{a & b ; c}"), HasSubstr("rows differ"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "(";
  EXPECT_THAT(error(deep), HasSubstr("too deep"));
}

TEST(FormulaText, AWideFormulaIsMadeSmaller) {
  Formula formula;
  ASSERT_EQ(parse_formula("a = b + c + d + e + f + g + h", formula), "");
  const Figure whole = formula_figure(formula, Theme::light, 20.0, 1000.0);
  const Figure fitted = formula_figure(formula, Theme::light, 20.0, whole.width / 2.0);
  EXPECT_NEAR(fitted.width, whole.width / 2.0, 0.02 * whole.width);
  EXPECT_LT(fitted.height, whole.height);
}

}  // namespace
}  // namespace backflow::figure
