// The gates' loops of every instruction set against their formulas in long double.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/kernel/kernels.h"
#include "core/model/random.h"
#include "tests/support/test_name.h"

namespace backflow {
namespace {

using kernel::Kernels;
using model::Index;
using model::Matrix;
using model::Vector;
using Ld = long double;

Ld sigmoid(double a) { return 1.0L / (1.0L + std::exp(-Ld(a))); }
Ld sigmoid_slope(double a) { return sigmoid(a) * sigmoid(-a); }
Ld tanh_slope(Ld a) {
  const Ld e = std::exp(-2.0L * std::abs(a));
  return 4.0L * e / ((1.0L + e) * (1.0L + e));
}

// Columns of a step of n units.
struct Step {
  Index n;
  Vector a, before, c, h, u, u_c;

  explicit Step(Index units, std::uint64_t seed) : n(units) {
    model::Random random(seed);
    const auto column = [&](Index rows, double size) {
      return Vector(random.normal_matrix(rows, 1, size));
    };
    a = column(4 * n, 1.0);
    before = column(n, 0.5);
    c = column(n, 1.5);
    u = column(n, 1.0);
    u_c = column(n, 1.0);
    find_h();
  }

  // As the forward pass makes it of that c.
  void find_h() {
    h.resize(n);
    for (Index j = 0; j < n; ++j)
      h(j) = static_cast<double>(sigmoid(a(3 * n + j)) * std::tanh(Ld(c(j))));
  }

  kernel::LstmStep lstm() const { return {a.data(), before.data(), c.data(), h.data()}; }
};

constexpr Index kUnits = 21;  // no multiple of a vector

Step ordinary_step(std::uint64_t seed) { return Step(kUnits, seed); }

// Some units are saturated on either side, 3 and 13 have an o of zero, 4 and 14 a c of zero.
Step saturated_step(std::uint64_t seed) {
  Step s(kUnits, seed);
  for (Index i = 0; i < s.a.size(); i += 5) s.a(i) *= 12.0;
  for (const Index j : {3, 13}) s.a(3 * kUnits + j) = -1e3;
  for (const Index j : {4, 14}) s.c(j) = 0.0;
  s.find_h();
  return s;
}

// Every four of these in the four gates of a unit: among them neighbours of the limits within which
// several gates share a division, and of those where an exponential vanishes.
Step far_step(std::uint64_t seed) {
  constexpr double kValues[] = {0.0,  -1e-300, 1e-8,  0.3,  -19.0,  79.9, -79.9,
                                80.1, -80.1,   300.0, -300, 2000.0, -2000};
  constexpr Index kCount = std::size(kValues);
  Step s(kCount * kCount * kCount * kCount, seed);
  for (Index j = 0; j < s.n; ++j)
    for (Index gate = 0, rest = j; gate < 4; ++gate, rest /= kCount)
      s.a(gate * s.n + j) = kValues[rest % kCount];
  s.find_h();
  return s;
}

class GateKernels : public ::testing::TestWithParam<const Kernels*> {};

// Sums of two terms may cancel: `size` is what the larger one was.
void expect_close(double value, Ld exact, Ld size, Index unit) {
  constexpr Ld kVanished = 1e-290L;  // from there on products lose digits on their way
  EXPECT_NEAR(value, static_cast<double>(exact), static_cast<double>(2e-13L * size + kVanished))
      << unit;
}

TEST_P(GateKernels, LstmStepsAreTheirFormulas) {
  for (const Step& s : {ordinary_step(1), saturated_step(2), saturated_step(3), far_step(4)}) {
    const Index n = s.n;
    Vector c(n), h(n), delta(4 * n), u_c_before(n);
    GetParam()->lstm(s.a.data(), s.before.data(), c.data(), h.data(), n);
    GetParam()->lstm_vjp(s.lstm(), s.u.data(), s.u_c.data(), delta.data(), u_c_before.data(), n);
    for (Index j = 0; j < n; ++j) {
      const double a_i = s.a(j), a_f = s.a(n + j), a_g = s.a(2 * n + j);
      const double a_o = s.a(3 * n + j);
      const Ld g = std::tanh(Ld(a_g)), keep = sigmoid(a_f) * Ld(s.before(j));
      const Ld own = keep + sigmoid(a_i) * g;
      const Ld size = std::abs(keep) + std::abs(sigmoid(a_i) * g);
      expect_close(c(j), own, size, j);
      expect_close(h(j), sigmoid(a_o) * std::tanh(own), size, j);
      const Ld by_h = Ld(s.u(j)) * sigmoid(a_o) * tanh_slope(Ld(s.c(j)));
      const Ld through = Ld(s.u_c(j)) + by_h;
      const Ld most = std::abs(Ld(s.u_c(j))) + std::abs(by_h);
      const auto check = [&](Index block, Ld factor) {
        expect_close(delta(block * n + j), through * factor, most * std::abs(factor), j);
      };
      check(0, g * sigmoid_slope(a_i));
      check(1, Ld(s.before(j)) * sigmoid_slope(a_f));
      check(2, sigmoid(a_i) * tanh_slope(Ld(a_g)));
      const Ld by_o = Ld(s.u(j)) * std::tanh(Ld(s.c(j))) * sigmoid_slope(a_o);
      expect_close(delta(3 * n + j), by_o, std::abs(by_o), j);
      expect_close(u_c_before(j), through * sigmoid(a_f), most * sigmoid(a_f), j);
    }
  }
}

TEST_P(GateKernels, GruStepsAreTheirFormulas) {
  for (const bool reset_after : {false, true})
    for (const Step& s : {ordinary_step(5), saturated_step(6), saturated_step(7), far_step(8)}) {
      const Index n = s.n;
      Vector a = s.a, h(n), u_before(n);
      Vector delta = Vector::Constant(4 * n, 77.0);
      GetParam()->gru[reset_after](a.data(), s.before.data(), h.data(), n);
      GetParam()->gru_vjp[reset_after](s.a.data(), s.before.data(), s.u.data(), delta.data(),
                                       u_before.data(), n);
      for (Index j = 0; j < n; ++j) {
        const double a_r = s.a(j), a_z = s.a(n + j), a_n = s.a(2 * n + j);
        const double extra = s.a(3 * n + j);
        const Ld reset = reset_after ? sigmoid(a_r) * Ld(extra) : 0.0L;
        expect_close(a(2 * n + j), Ld(a_n) + reset, std::abs(Ld(a_n)) + std::abs(reset), j);
        const Ld added = std::tanh(Ld(a(2 * n + j)));
        expect_close(h(j), added * sigmoid(-a_z) + sigmoid(a_z) * Ld(s.before(j)),
                     std::abs(added) + std::abs(Ld(s.before(j))), j);
        const Ld by_new = Ld(s.u(j)) * sigmoid(-a_z) * tanh_slope(Ld(a_n));
        expect_close(delta(2 * n + j), by_new, std::abs(by_new), j);
        const Ld by_z = Ld(s.u(j)) * sigmoid_slope(a_z);
        expect_close(delta(n + j), by_z * (Ld(s.before(j)) - std::tanh(Ld(a_n))),
                     std::abs(by_z) * (1.0L + std::abs(Ld(s.before(j)))), j);
        expect_close(u_before(j), Ld(s.u(j)) * sigmoid(a_z), std::abs(Ld(s.u(j))) * sigmoid(a_z),
                     j);
        if (!reset_after) {  // computed elsewhere: not touched
          EXPECT_EQ(delta(j), 77.0);
          EXPECT_EQ(delta(3 * n + j), 77.0);
          continue;
        }
        const Ld by_r = by_new * Ld(extra) * sigmoid_slope(a_r);
        expect_close(delta(j), by_r, std::abs(by_r), j);
        expect_close(delta(3 * n + j), by_new * sigmoid(a_r), std::abs(by_new) * sigmoid(a_r), j);
      }
    }
}

TEST_P(GateKernels, NaNStaysInItsUnit) {
  Step s = ordinary_step(9);
  for (const Index block : {0, 1, 2, 3}) s.a(block * kUnits + 9) = std::nan("");
  Vector c(kUnits), h(kUnits), delta(4 * kUnits), before(kUnits);
  const auto only_unit_9 = [](const Vector& x) {
    for (Index j = 0; j < x.size(); ++j) EXPECT_EQ(std::isnan(x(j)), j % kUnits == 9) << j;
  };
  GetParam()->lstm(s.a.data(), s.before.data(), c.data(), h.data(), kUnits);
  only_unit_9(c);
  only_unit_9(h);
  GetParam()->lstm_vjp(s.lstm(), s.u.data(), s.u_c.data(), delta.data(), before.data(), kUnits);
  only_unit_9(delta);
  only_unit_9(before);
  GetParam()->gru_vjp[1](s.a.data(), s.before.data(), s.u.data(), delta.data(), before.data(),
                         kUnits);
  only_unit_9(delta);
  only_unit_9(before);
  GetParam()->gru[1](s.a.data(), s.before.data(), h.data(), kUnits);
  only_unit_9(h);
}

INSTANTIATE_TEST_SUITE_P(Available, GateKernels,
                         ::testing::ValuesIn(kernel::available_kernels().begin(),
                                             kernel::available_kernels().end()),
                         [](const auto& test) { return support::test_name(test.param->name); });

}  // namespace
}  // namespace backflow
