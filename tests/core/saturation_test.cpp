// How the units lie on the activation, against definitions written out.
#include "core/gradient/saturation.h"

#include <cmath>

#include <gtest/gtest.h>

namespace backflow::gradient {
namespace {

using model::Activation;
using model::ActivationKind;
using model::Matrix;
using model::Vector;

TEST(FiveNumbers, AreQuartilesBetweenNeighbours) {
  Vector values(5);
  values << 4.0, 0.0, 3.0, 1.0, 2.0;
  EXPECT_EQ(five_numbers(values), (FiveNumbers{0.0, 1.0, 2.0, 3.0, 4.0}));
  Vector two(2);
  two << 3.0, -1.0;
  EXPECT_EQ(five_numbers(two), (FiveNumbers{-1.0, 0.0, 1.0, 2.0, 3.0}));
  EXPECT_EQ(five_numbers(Vector::Constant(1, 7.0)), (FiveNumbers{7.0, 7.0, 7.0, 7.0, 7.0}));
}

TEST(FiveNumbers, SayWhereTheyAreNotDefined) {
  Vector values(2);
  values << 1.0, std::nan("");
  EXPECT_TRUE(std::isnan(five_numbers(values)[0]));
  EXPECT_TRUE(std::isnan(five_numbers(Vector())[4]));
}

TEST(GateOpening, HasTheSharesBeyondATenthOfEitherEnd) {
  const GateOpening gate =
      gate_opening(model::Vector{{0.05, 0.1, 0.5, 0.9, 0.95, 0.99, 0.91, 0.4}});
  EXPECT_EQ(gate.closed, 0.125);
  EXPECT_EQ(gate.open, 0.375);
  EXPECT_NEAR(gate.mean, 0.6, 1e-15);
  EXPECT_EQ(gate.values[0], 0.05);
  EXPECT_EQ(gate.values[4], 0.99);
  EXPECT_TRUE(std::isnan(gate_opening(model::Vector{{0.5, std::nan("")}}).mean));
  EXPECT_TRUE(std::isnan(gate_opening(model::Vector()).open));
}

TEST(Histogram, SharesAddUpAndTheEndsAreInside) {
  Matrix values(4, 2);
  values << -2.0, 0.1, 2.0, 0.1, 0.0, -0.1, 1.99, std::nan("");
  const Histogram got = histogram(values, 4);  // bins of width 1 from −2
  EXPECT_EQ(got.limit, 2.0);
  EXPECT_EQ(got.share, (std::vector<float>{0.25f, 0.0f, 0.25f, 0.5f, 0.0f, 0.25f, 0.5f, 0.0f}));
  EXPECT_EQ(histogram(Matrix::Zero(3, 1), 5).at(0, 2), 1.0f);
}

TEST(SaturationEdge, IsWhereTheSlopeIsATenthOfItsLargest) {
  for (const ActivationKind kind : {ActivationKind::tanh, ActivationKind::sigmoid}) {
    const Activation f{kind, 0.01};
    Matrix slope(1, 1);
    model::derivative(f, Matrix::Constant(1, 1, *saturation_edge(f)), slope);
    EXPECT_NEAR(slope(0, 0), kSaturated * model::derivative_bound(f), 1e-14);
  }
  EXPECT_EQ(saturation_edge({ActivationKind::relu, 0.01}), 0.0);
  EXPECT_EQ(saturation_edge({ActivationKind::leaky_relu, 0.01}), 0.0);
  EXPECT_FALSE(saturation_edge({ActivationKind::leaky_relu, 0.5}));
  EXPECT_FALSE(saturation_edge({ActivationKind::identity, 0.01}));
}

}  // namespace
}  // namespace backflow::gradient
