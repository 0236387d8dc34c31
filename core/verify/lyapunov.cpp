// Lyapunov exponents where they are known.
#include "core/gradient/lyapunov.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <Eigen/Eigenvalues>

#include "core/gradient/jacobian.h"
#include "core/model/network.h"
#include "core/model/random.h"
#include "core/verify/check_list.h"

namespace backflow::verify {
namespace {

using model::Index;
using model::Matrix;
using model::Vector;
// h_t = tanh(W h_{t−1} + b), nothing comes in.
model::Model alone(Matrix W, Vector b) {
  model::Model model;
  const Index n = W.rows();
  model.activation.kind = model::ActivationKind::tanh;
  model.parameters.W_xh = Matrix::Zero(n, 1);
  model.parameters.W_hh = std::move(W);
  model.parameters.b_h = std::move(b);
  model.parameters.W_hy.resize(0, n);
  model.parameters.b_y.resize(0);
  return model;
}

model::Trace run(const model::Model& model, const Vector& start, Index steps) {
  model::Batch batch;
  batch.inputs = model::StepMatrices(1, 1, 1, steps);
  batch.inputs.data().setZero();
  batch.targets = model::StepMatrices(0, 1, steps + 1, steps);
  batch.initial_state = start;
  return model::forward(model, batch);
}

// At a fixed point all Jacobians are the same matrix: ln of the sizes of its eigenvalues.
Findings fixed_point(const Options& options) {
  constexpr Index kN = 6, kSteps = 3000, kSkip = 500;
  std::vector<Finding> findings;
  model::Random random(4);
  const model::Model model =
      alone(random.normal_matrix(kN, kN, 0.3), random.normal_matrix(kN, 1, 0.5));
  const model::Trace settling = run(model, Vector::Zero(kN), 2000);
  const Vector rest = settling.h.step(2000).col(0);
  const model::Trace trace = run(model, rest, kSteps);
  if (options.stops(0.3)) return {};
  const auto exponents =
      gradient::lyapunov_exponents(gradient::step_jacobians(model, trace, 0), {.skip = kSkip});
  const Matrix J = (1.0 - rest.array().square()).matrix().asDiagonal() * model.parameters.W_hh;
  const auto eigenvalues = Eigen::EigenSolver<Matrix>(J, false).eigenvalues();
  std::vector<double> logs;
  for (Index i = 0; i < kN; ++i) logs.push_back(std::log(std::abs(eigenvalues[i])));
  std::ranges::sort(logs, std::greater<>());
  for (std::size_t i = 0; i < logs.size(); ++i)
    findings.push_back({"λ_" + std::to_string(i + 1), logs[i], exponents->exponents[i], 2e-3});
  return findings;
}

// x ← J tanh(x), J ~ N(0, g²/N): in h = tanh(x) the vanilla cell.
Findings chaos(const Options& options) {
  constexpr Index kN = 256, kSettle = 200, kSteps = 400;
  std::vector<Finding> findings;
  for (const double g : {2.0, 3.0}) {
    double ours = 0.0, published = 0.0;
    for (int seed = 1; seed <= options.seeds; ++seed) {
      if (options.stops((g - 2.0) / 2.0 + 0.5 * (seed - 1) / options.seeds)) return {};
      model::Random random(static_cast<std::uint64_t>(seed));
      const model::Model model = alone(
          random.normal_matrix(kN, kN, g / std::sqrt(static_cast<double>(kN))), Vector::Zero(kN));
      const model::Trace settling = run(model, random.normal_matrix(kN, 1, 0.5), kSettle);
      const model::Trace trace = run(model, settling.h.step(kSettle).col(0), kSteps);
      const auto exponents = gradient::lyapunov_exponents(gradient::step_jacobians(model, trace, 0),
                                                          {.count = 1, .skip = 50});
      ours += exponents->exponents.front() / options.seeds;
      double sech4 = 0.0;
      for (Index t = 1; t <= kSteps; ++t)
        sech4 += (1.0 - trace.h.step(t).array().square()).square().mean() / kSteps;
      published += 0.5 * std::log(g * g * sech4) / options.seeds;
    }
    findings.push_back(
        {"λ₁ in nats per step, g = " + std::to_string(static_cast<int>(g)), published, ours, 0.05});
  }
  return findings;
}

}  // namespace

Check fixed_point_check() {
  return {
      .name = "lyapunov-fixed-point",
      .claim = "At a fixed point the Lyapunov spectrum is ln |λ| of the Jacobian's eigenvalues.",
      .source = "Eckmann & Ruelle 1985, section III; eigenvalues by Eigen",
      .protocol = "tanh network of 6 units that has settled, 3,000 steps",
      .run = fixed_point};
}

Check chaos_check() {
  return {.name = "lyapunov-chaos",
          .claim = "A random tanh network with g > 1 is chaotic with λ₁ = ½ ln(g² ⟨sech⁴⟩).",
          .source = "Sompolinsky, Crisanti & Sommers 1988; Molgedey, Schuchhardt & Schuster 1992",
          .protocol =
              "x ← J tanh(x), J ~ N(0, g²/N), N = 256, 400 steps, mean over the seeds; the "
              "formula is that of N → ∞",
          .run = chaos};
}

}  // namespace backflow::verify
