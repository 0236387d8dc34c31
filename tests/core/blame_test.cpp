// The size of the blame per step, in and far beyond the range of double.
#include "core/gradient/blame.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/config/keys.h"
#include "tests/support/cases.h"
#include "tests/support/configured.h"

namespace backflow::gradient {
namespace {

TEST(Blame, IsTheNormOfTheErrorSignalOfOneSequence) {
  for (const auto& activation : support::all_activations())
    for (const bool every : {false, true}) {
      support::Shape shape;
      shape.every_step = every;
      const support::Case c = support::random_case(
          activation, {model::Readout::sigmoid, model::Loss::binary_cross_entropy}, shape, 31);
      const model::Trace trace = model::forward(c.model, c.batch);
      model::Parameters gradients = model::zeros_like(c.model.parameters);
      const ErrorSignals signals = backward(c.model, c.batch, trace, gradients);
      for (Index s = 0; s < c.batch.size(); ++s) {
        const auto logs = log10_blame(c.model, trace, signals, s);
        ASSERT_EQ(logs.size(), 7u);
        for (Index t = 0; t <= 6; ++t) {
          const double norm = 3.0 * signals.e.step(t).col(s).norm();
          if (norm == 0.0)
            EXPECT_EQ(logs[static_cast<std::size_t>(t)], -std::numeric_limits<double>::infinity());
          else
            EXPECT_NEAR(logs[static_cast<std::size_t>(t)], std::log10(norm), 1e-12);
        }
      }
    }
}

TEST(Blame, CarriesExponentsAsTheMapDoes) {
  const config::Config config = support::configured(
      {"task.name=first-bit", "task.steps=1000", "task.batch=2", "model.activation=identity",
       "model.init=orthogonal", "model.spectral_radius=0.001", "model.readout=identity"});
  const auto record = training::Trainer(config::make_setup(config)).evaluate();
  const auto logs = log10_blame(record->model, record->trace, record->signals, 0);
  // W = ρQ: every step back is exactly a factor ρ.
  for (std::size_t t = 0; t < 1000; t += 111)
    EXPECT_NEAR(logs[t], logs[1000] - 3.0 * static_cast<double>(1000 - t), 1e-9);
}

}  // namespace
}  // namespace backflow::gradient
