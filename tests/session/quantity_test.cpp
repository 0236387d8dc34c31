// Numbers by name: the record's own, and what follows from them along another road.
#include "app/session/quantity.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/analysis.h"
#include "app/session/session.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;
using ::testing::HasSubstr;

Snapshot snapshot_of(Session& session) {
  session.refresh();
  Snapshot snapshot = session.snapshot();
  attach(analyse(snapshot.record, session.analysis_options()), snapshot);
  return snapshot;
}

double number(const std::string& text, const Snapshot& snapshot) {
  Quantity quantity;
  EXPECT_EQ(parse_quantity(text, quantity), "") << text;
  return value_of(quantity, snapshot);
}

TEST(Quantity, SaysWhatIsWrong) {
  const auto error = [](const char* text) {
    Quantity quantity;
    return parse_quantity(text, quantity);
  };
  EXPECT_THAT(error("los"), HasSubstr("is no quantity; did you mean \"loss\"?"));
  EXPECT_THAT(error("loss(1)"), HasSubstr("has 1 arguments instead of 0"));
  EXPECT_THAT(error("norm(1)"), HasSubstr("instead of 2 (t, k)"));
  EXPECT_THAT(error("norm(1, 2"), HasSubstr("not closed"));
  EXPECT_THAT(error("norm(1, b)"), HasSubstr("is no number"));
  EXPECT_THAT(error("norm(1.5, 1)"), HasSubstr("is no whole number"));
  EXPECT_EQ(error(" neuron-error( 5, -2.5 ) "), "");
}

TEST(Quantity, EachHasAValueOrIsNotThere) {
  Session session(configured({"task.name=first-bit", "task.steps=5"}));
  session.iterate();  // with which held-out data are looked at
  session.execute(SetAnalysis{{.spectra = true}});
  const Snapshot snapshot = snapshot_of(session);
  for (const QuantityInfo& info : quantities()) {
    std::string inside = "(", beyond = "(";
    for (std::size_t i = 0; i < info.count(); ++i) {
      inside += info.name.starts_with("wall") ? "5" : i == 0 ? "1" : ", 1";
      beyond += i == 0 ? "99" : ", 99";
    }
    const std::string name(info.name);
    EXPECT_TRUE(std::isfinite(number(info.count() > 0 ? name + inside + ")" : name, snapshot)) ||
                info.name == "dz" || info.name == "y" || info.name == "gate")
        << name;
    Snapshot record_alone = snapshot;
    record_alone.analysis = nullptr;
    if (info.name != "dz" && info.name != "y") {
      const double alone = number(info.count() > 0 ? name + inside + ")" : name, record_alone);
      EXPECT_EQ(std::isnan(alone), info.source != QuantitySource::record) << name;
    }
    const bool of_neuron =
        name.starts_with("neuron") || name.starts_with("wall") || name.starts_with("descent");
    if (info.count() > 0 && !of_neuron && name != "bound") {
      EXPECT_TRUE(std::isnan(number(name + beyond + ")", snapshot))) << name;
    }
  }
}

// The closed forms of the wall, and a descent taken step by step.
TEST(Quantity, OfTheNeuronAreItsWallAndItsDescent) {
  Session session(configured({"lab.start_w=5", "lab.start_b=-2.5"}));
  const Snapshot snapshot = snapshot_of(session);
  const double s = 1.0 / (1.0 + std::exp(-0.5));
  EXPECT_NEAR(number("wall-bias(5)", snapshot), 0.5 - 5.0 * s, 1e-12);
  EXPECT_NEAR(number("wall-slope(5.5)", snapshot), 5.5 * s * (1.0 - s), 1e-12);
  EXPECT_TRUE(std::isnan(number("wall-slope(3)", snapshot)));
  lab::NeuronPoint at{5.0, -2.5};
  for (int k = 0; k <= 20; ++k) {
    const std::string step = "(" + std::to_string(k) + ")";
    const lab::NeuronError e = lab::error_at({}, at);
    EXPECT_NEAR(number("descent-error" + step, snapshot), e.error, 1e-9 * e.error);
    EXPECT_NEAR(number("descent-gradient" + step, snapshot), e.gradient_norm(),
                1e-9 * e.gradient_norm());
    EXPECT_NEAR(number("descent-length(" + std::to_string(k + 1) + ")", snapshot),
                0.01 * e.gradient_norm(), 1e-9 * e.gradient_norm());
    at = {at.w - 0.01 * e.dw, at.b - 0.01 * e.db};
  }
  EXPECT_TRUE(std::isnan(number("descent-error(301)", snapshot)));
  EXPECT_TRUE(std::isnan(number("descent-length(0)", snapshot)));
}

TEST(Quantity, ChanceAndConditionAreThoseOfTheSettings) {
  Session session(configured({"task.name=first-bit", "model.readout=identity", "model.hidden=2",
                              "model.init=identity", "model.init_scale=none"}));
  Snapshot snapshot = snapshot_of(session);
  EXPECT_DOUBLE_EQ(number("chance-loss", snapshot), 0.25);  // squared error of one half
  EXPECT_DOUBLE_EQ(number("chance-accuracy", snapshot), 0.5);
  EXPECT_TRUE(std::isnan(number("condition", snapshot)));  // not asked for
  session.execute(SetAnalysis{{.spectra = true}});
  session.execute(SetRecurrentWeights{model::Matrix{{4.0, 0.0}, {0.0, 1.0}}, "Set W_hh", 0});
  snapshot = snapshot_of(session);
  EXPECT_NEAR(number("condition", snapshot), 4.0, 1e-12);
}

TEST(Quantity, GatesAreTheirSigmoids) {
  Session session(configured({"task.name=first-bit", "task.steps=5", "model.cell=lstm"}));
  const Snapshot snapshot = snapshot_of(session);
  const auto a = snapshot.record->trace.a.step(3).col(0);
  const auto mean = [&](model::Index block) {
    const auto opening = [](double x) { return 1.0 / (1.0 + std::exp(-x)); };
    return a.segment(block * 8, 8).unaryExpr(opening).mean();
  };
  EXPECT_NEAR(number("gate(3, 1)", snapshot), mean(0), 1e-14);  // i
  EXPECT_NEAR(number("gate(3, 2)", snapshot), mean(1), 1e-14);  // f
  EXPECT_NEAR(number("gate(3, 3)", snapshot), mean(3), 1e-14);  // o
  EXPECT_TRUE(std::isnan(number("gate(3, 4)", snapshot)));
  EXPECT_TRUE(std::isnan(number("gate(6, 1)", snapshot)));
}

TEST(Quantity, TermsOfAllSequencesAddUpToTheGradient) {
  Session session(configured({"task.name=first-bit", "task.steps=5", "task.batch=3"}));
  double sum = 0.0;
  for (int b = 0; b < 3; ++b) {
    session.execute(SetAnalysis{{.sequence = b}});
    const Snapshot snapshot = snapshot_of(session);
    for (int k = 1; k <= 5; ++k)
      sum += number("term(" + std::to_string(k) + ", 2, 3)", snapshot) / 3.0;
    // tanh: δ = (1 − h²) e, and a product of two steps is at most that of their norms.
    const double h = number("h(4, 2)", snapshot);
    EXPECT_NEAR(number("delta(4, 2)", snapshot), (1.0 - h * h) * number("e(4, 2)", snapshot),
                1e-12);
    EXPECT_LE(number("norm(4, 2)", snapshot),
              number("norm(4, 3)", snapshot) * number("norm(3, 2)", snapshot) * (1.0 + 1e-12));
    EXPECT_NEAR(std::log10(number("norm(4, 1)", snapshot)), number("log10-norm(4, 1)", snapshot),
                1e-12);
    double squares = 0.0;
    for (int i = 1; i <= 8; ++i) {
      const double e = number("e(2, " + std::to_string(i) + ")", snapshot);
      squares += e * e;
    }
    EXPECT_NEAR(number("blame(2)", snapshot), std::sqrt(squares), 1e-12 * std::sqrt(squares));
    if (b == 2) {
      EXPECT_NEAR(sum, number("dW_hh(2, 3)", snapshot), 1e-12 * std::abs(sum));
    }
  }
}

}  // namespace
}  // namespace backflow::session
