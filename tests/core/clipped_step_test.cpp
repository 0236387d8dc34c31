// One whole step of training: the weights move by −η times the clipped gradient, where gradient and
// clipping are computed once more by a naive reference. Every cell × activation × clip mode ×
// truncation × shape.
#include <algorithm>
#include <cmath>
#include <utility>

#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/config/keys.h"
#include "tests/support/cases.h"
#include "tests/support/reference_rnn.h"
#include "tests/support/test_name.h"

namespace backflow::training {
namespace {

using gradient::Truncation;
using gradient::TruncationKind;
using model::Index;

long double norm_of_entries(const model::ConstTensorView& tensor) {
  long double square = 0.0L;
  for (Index i = 0; i < tensor.size(); ++i)
    square += static_cast<long double>(tensor.data()[i]) * tensor.data()[i];
  return std::sqrt(square);
}

// What a mode measures: the number that must exceed the threshold for it to act.
double largest_measure(ClipMode mode, const model::Parameters& g) {
  long double square = 0.0L, entry = 0.0L, tensor_norm = 0.0L;
  for (const auto& tensor : model::tensors(g)) {
    const long double norm = norm_of_entries(tensor);
    square += norm * norm;
    tensor_norm = std::max(tensor_norm, norm);
    for (Index i = 0; i < tensor.size(); ++i)
      entry = std::max<long double>(entry, std::abs(tensor.data()[i]));
  }
  if (mode == ClipMode::value) return static_cast<double>(entry);
  return static_cast<double>(mode == ClipMode::per_tensor ? tensor_norm : std::sqrt(square));
}

void clip_by_the_book(const ClipOptions& options, model::Parameters& g) {
  const double c = options.threshold, whole = largest_measure(ClipMode::norm, g);
  for (auto& tensor : model::tensors(g)) {
    const auto own = static_cast<double>(
        norm_of_entries(model::ConstTensorView(tensor.data(), tensor.rows(), tensor.cols())));
    for (Index i = 0; i < tensor.size(); ++i) {
      double& x = tensor.data()[i];
      if (options.mode == ClipMode::norm && whole > c) x = x * c / whole;
      if (options.mode == ClipMode::per_tensor && own > c) x = x * c / own;
      if (options.mode == ClipMode::value && std::abs(x) > c) x = x > 0.0 ? c : -c;
    }
  }
}

TrainerSetup setup_of(model::CellKind cell, model::ActivationKind activation, const char* shape) {
  config::Config config;
  for (const std::string& assignment :
       {"model.cell=" + std::string(model::name_of(cell)), std::string("model.hidden=3"),
        "model.activation=" + std::string(model::name_of(activation)),
        std::string("task.name=cat-mat-rat"), std::string("model.initial_state=random"),
        "task.shape=" + std::string(shape)})
    EXPECT_EQ(config::set_key(config, assignment), "");
  return config::make_setup(config);
}

void expect_step(const TrainerSetup& setup) {
  Trainer trainer(setup);
  const auto record = trainer.step();
  ASSERT_TRUE(record->parameters_after);
  model::Parameters expected =
      support::forward_mode_gradient(record->model, record->batch, setup.training.truncation);
  const double size = largest_measure(ClipMode::norm, expected);
  clip_by_the_book(setup.training.clip, expected);
  const double rate = setup.training.learning_rate;
  const auto before = model::tensors(record->model.parameters);
  const auto g = model::tensors(std::as_const(expected));
  const auto after = model::tensors(trainer.setup().model.parameters);
  for (std::size_t i = 0; i < g.size(); ++i)
    for (Index e = 0; e < g[i].size(); ++e) {
      const double was = before[i].data()[e];
      EXPECT_NEAR(after[i].data()[e], was - rate * g[i].data()[e],
                  1e-12 * rate * size + 4e-16 * std::abs(was))
          << model::kTensorNames[i] << " " << e;
    }
}

class ClippedStep : public ::testing::TestWithParam<model::CellKind> {};

TEST_P(ClippedStep, IsThatOfTheReference) {
  for (const auto& activation : model::EnumNames<model::ActivationKind>::kAll)
    for (const char* shape : {"many-to-one", "many-to-many"}) {
      TrainerSetup setup = setup_of(GetParam(), activation.value, shape);
      for (const Truncation& truncation :
           {Truncation{}, Truncation{TruncationKind::horizon, 2}, {TruncationKind::chunks, 2}}) {
        setup.training.truncation = truncation;
        setup.training.clip = {ClipMode::none, 1e-6};
        const model::Parameters gradients = Trainer(setup).evaluate()->gradients;
        for (const auto& mode : model::EnumNames<ClipMode>::kAll)
          for (const double share : {0.4, 1.1}) {  // of what is there: acts, does not act
            setup.training.clip.mode = mode.value;
            setup.training.clip.threshold = share * largest_measure(mode.value, gradients);
            SCOPED_TRACE(std::string(activation.name) + " " + shape + " " +
                         std::string(model::name_of(truncation.kind)) + " " +
                         std::string(mode.name));
            expect_step(setup);
          }
      }
    }
}
INSTANTIATE_TEST_SUITE_P(EveryCell, ClippedStep, ::testing::ValuesIn(support::all_cells()),
                         [](const auto& test) {
                           return support::test_name(model::name_of(test.param));
                         });

}  // namespace
}  // namespace backflow::training
