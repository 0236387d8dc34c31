// Gradient clipping: what it changes, what it leaves, what it reports.
#include "core/training/clipping.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/model/initialization.h"

namespace backflow::training {
namespace {

using model::Index;

model::Parameters some_gradient() {
  return model::initial_parameters({3, 4, 2}, model::CellKind::rnn, {});
}

TEST(Clipping, ByNormKeepsTheDirection) {
  model::Parameters g = some_gradient();
  const model::Parameters before = g;
  const double norm = model::global_norm(g);
  const ClipReport report = clip({ClipMode::norm, norm / 3.0}, g);
  EXPECT_TRUE(report.clipped);
  EXPECT_EQ(report.norm_before, norm);
  EXPECT_NEAR(report.norm_after, norm / 3.0, 1e-14 * norm);
  EXPECT_NEAR(model::global_norm(g), norm / 3.0, 1e-14 * norm);
  EXPECT_NEAR(report.angle, 0.0, 1e-12);
  EXPECT_LT((g.W_hh - before.W_hh / 3.0).norm(), 1e-14 * norm);
}

TEST(Clipping, StartsAtTheThresholdAndNotLater) {
  const auto clipped = [](ClipMode mode, double threshold, double expected_norm) {
    model::Parameters g = model::zeros_like(some_gradient());
    g.W_hh(1, 2) = 3.0;
    g.b_y[0] = -4.0;  // of norm 5 over both tensors
    const ClipReport report = clip({mode, threshold}, g);
    EXPECT_NEAR(report.norm_before, 5.0, 1e-14);
    EXPECT_NEAR(report.norm_after, expected_norm, 1e-14);
    EXPECT_NEAR(model::global_norm(g), expected_norm, 1e-14);
    return report.clipped;
  };
  EXPECT_TRUE(clipped(ClipMode::norm, 4.999, 4.999));
  EXPECT_FALSE(clipped(ClipMode::norm, 5.001, 5.0));
  EXPECT_TRUE(clipped(ClipMode::value, 3.999, std::hypot(3.0, 3.999)));
  EXPECT_TRUE(clipped(ClipMode::value, 2.999, std::hypot(2.999, 2.999)));
  EXPECT_FALSE(clipped(ClipMode::value, 4.0, 5.0));
  EXPECT_TRUE(clipped(ClipMode::per_tensor, 3.999, std::hypot(3.0, 3.999)));
  EXPECT_TRUE(clipped(ClipMode::per_tensor, 2.0, std::sqrt(8.0)));
  EXPECT_FALSE(clipped(ClipMode::per_tensor, 4.0, 5.0));
}

TEST(Clipping, BelowTheThresholdNothingHappens) {
  for (const ClipMode mode :
       {ClipMode::none, ClipMode::norm, ClipMode::value, ClipMode::per_tensor}) {
    model::Parameters g = some_gradient();
    const model::Parameters before = g;
    const ClipReport report = clip({mode, mode == ClipMode::none ? 1e-9 : 1e9}, g);
    EXPECT_FALSE(report.clipped);
    EXPECT_EQ(report.norm_before, report.norm_after);
    EXPECT_EQ(report.angle, 0.0);
    EXPECT_EQ(g.W_hh, before.W_hh);
  }
}

// The report of a clipping that changed the direction, against sums in long double.
void expect_turned(const model::Parameters& before, const model::Parameters& g,
                   const ClipReport& report) {
  long double inner = 0.0L, a = 0.0L, b = 0.0L;
  const auto was = model::tensors(before);
  const auto is = model::tensors(g);
  for (std::size_t i = 0; i < 5; ++i)
    for (Index e = 0; e < was[i].size(); ++e) {
      const double x = was[i].data()[e], y = is[i].data()[e];
      inner += static_cast<long double>(x) * y;
      a += static_cast<long double>(x) * x;
      b += static_cast<long double>(y) * y;
    }
  const auto angle = static_cast<double>(std::acos(inner / std::sqrt(a * b)));
  EXPECT_GT(angle, 0.1);
  EXPECT_NEAR(report.angle, angle, 1e-13);
  EXPECT_NEAR(report.norm_after, static_cast<double>(std::sqrt(b)), 1e-14);
  EXPECT_TRUE(report.clipped);
}

TEST(Clipping, ByValueLimitsEntriesAndTurns) {
  model::Parameters g = some_gradient();
  const model::Parameters before = g;
  const ClipReport report = clip({ClipMode::value, 0.2}, g);
  expect_turned(before, g, report);
  const auto was = model::tensors(before);
  const auto is = model::tensors(g);
  for (std::size_t i = 0; i < was.size(); ++i)
    EXPECT_EQ(is[i], was[i].cwiseMin(0.2).cwiseMax(-0.2)) << model::kTensorNames[i];
}

TEST(Clipping, PerTensorLimitsEachNormAndKeepsEachDirection) {
  model::Parameters g = some_gradient();
  g.W_hy *= 0.01;  // below the limit, so that it must stay as it is
  g.b_h = model::Vector::Constant(4, -3.0);
  const model::Parameters before = g;
  const ClipReport report = clip({ClipMode::per_tensor, 0.5}, g);
  expect_turned(before, g, report);
  const auto was = model::tensors(before);
  const auto is = model::tensors(g);
  for (std::size_t i = 0; i < was.size(); ++i) {
    const double norm = was[i].norm();
    EXPECT_LE((is[i] - was[i] * (norm > 0.5 ? 0.5 / norm : 1.0)).norm(), 1e-15 * norm);
  }
  EXPECT_EQ(g.W_hy, before.W_hy);
  EXPECT_NEAR(g.b_h.norm(), 0.5, 1e-15);
}

TEST(Clipping, SmallAnglesKeepTheirDigits) {
  model::Parameters g = model::zeros_like(some_gradient());
  g.W_hh(0, 0) = 1.0;
  g.W_hh(0, 1) = 1.0 + 1e-9;
  const ClipReport report = clip({ClipMode::value, 1.0}, g);
  // Between (1, 1 + ε) and (1, 1): ε/2 to first order, where arccos would return 0 or 1.5e-8.
  EXPECT_NEAR(report.angle, 0.5e-9, 1e-15);
}

TEST(Clipping, HugeGradientsAreClippedAndNotOverflown) {
  model::Parameters g = some_gradient();
  g.W_hh *= 1e200;
  model::Parameters by_tensor = g;
  const ClipReport report = clip({ClipMode::norm, 1.0}, g);
  EXPECT_TRUE(std::isfinite(report.norm_before));
  EXPECT_NEAR(model::global_norm(g), 1.0, 1e-12);
  EXPECT_TRUE(clip({ClipMode::per_tensor, 1.0}, by_tensor).clipped);
  EXPECT_NEAR(by_tensor.W_hh.norm(), 1.0, 1e-12);
}

TEST(Clipping, TinyGradientsKeepTheirNorm) {
  model::Parameters g = some_gradient();
  const double norm = model::global_norm(g), tiny = std::ldexp(1.0, -900);
  for (auto& tensor : model::tensors(g)) tensor *= tiny;
  model::Parameters same = g;
  EXPECT_NEAR(clip({ClipMode::norm, norm}, g).norm_before / tiny, norm, 1e-14 * norm);
  const ClipReport report = clip({ClipMode::per_tensor, 0.5 * norm * tiny}, same);
  EXPECT_TRUE(report.clipped);
  EXPECT_NEAR(model::global_norm(same) / report.norm_after, 1.0, 1e-14);
}

}  // namespace
}  // namespace backflow::training
