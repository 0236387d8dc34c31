// One whole step of training: the weights move by −η times the clipped gradient, where gradient and
// clipping are computed once more by a naive reference. Every cell × activation × loss × shape ×
// truncation × clip mode.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

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

struct Sequences {
  const char* shape;
  bool different_lengths;
};
constexpr Sequences kSequences[] = {{"one-to-one", false},   {"one-to-many", false},
                                    {"many-to-one", false},  {"many-to-one", true},
                                    {"many-to-many", false}, {"many-to-many", true}};

struct Family {
  model::CellKind cell;
  model::ActivationKind activation;
};

config::Config config_of(const Family& family, const Sequences& sequences,
                         const support::OutputStage& output) {
  config::Config config;
  const auto set = [&](const char* key, std::string_view value) {
    EXPECT_EQ(config::set_key(config, std::string(key) + "=" + std::string(value)), "");
  };
  set("model.cell", model::name_of(family.cell));
  set("model.activation", model::name_of(family.activation));
  set("model.hidden", "3");
  set("model.initial_state", "random");
  set("task.name", "first-bit");
  set("task.batch", "3");
  if (std::string_view(sequences.shape) != "one-to-one") set("task.steps", "4");
  if (sequences.different_lengths) set("task.length_min", "2");
  set("task.shape", sequences.shape);
  set("model.readout", model::name_of(output.readout));
  set("model.loss", model::name_of(output.loss));
  return config;
}

// Units of a ReLU that all rest would leave nothing to clip.
TrainerSetup learning_setup(config::Config config) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    config.model.weights.seed = seed;
    TrainerSetup setup = config::make_setup(config);
    setup.training.clip = {ClipMode::none, 1e-6};
    const auto record = Trainer(setup).evaluate();
    if (record->gradients.W_hh.norm() > 1e-3) return setup;
  }
  ADD_FAILURE() << "no seed of a hundred learns";
  return config::make_setup(config);
}

void expect_step(const TrainerSetup& setup, model::Parameters expected) {
  Trainer trainer(setup);
  const auto record = trainer.step();
  ASSERT_TRUE(record->parameters_after);
  clip_by_the_book(setup.training.clip, expected);
  const double rate = setup.training.learning_rate;
  const auto before = model::tensors(setup.model.parameters);
  const auto g = model::tensors(std::as_const(expected));
  const auto after = model::tensors(trainer.setup().model.parameters);
  for (std::size_t i = 0; i < g.size(); ++i) {
    const auto size = static_cast<double>(norm_of_entries(g[i]));
    for (Index e = 0; e < g[i].size(); ++e) {
      const double was = before[i].data()[e];
      EXPECT_NEAR(after[i].data()[e], was - rate * g[i].data()[e],
                  1e-12 * rate * size + 4e-16 * std::abs(was))
          << model::kTensorNames[i] << " " << e;
    }
  }
}

void expect_every_clipping(TrainerSetup setup) {
  const auto record = Trainer(setup).evaluate();
  const model::Parameters gradients =
      support::forward_mode_gradient(record->model, record->batch, setup.training.truncation);
  for (const auto& mode : model::EnumNames<ClipMode>::kAll)
    for (const double share : {0.4, 1.1}) {  // of what is there: acts, does not act
      SCOPED_TRACE(mode.name);
      setup.training.clip.mode = mode.value;
      setup.training.clip.threshold = share * largest_measure(mode.value, gradients);
      expect_step(setup, gradients);
    }
}

class ClippedStep : public ::testing::TestWithParam<Family> {};

TEST_P(ClippedStep, IsThatOfTheReference) {
  for (const Sequences& sequences : kSequences)
    for (const support::OutputStage& output : support::all_output_stages()) {
      const config::Config config = config_of(GetParam(), sequences, output);
      ASSERT_EQ(config::validate(config), "");
      TrainerSetup setup = learning_setup(config);
      for (const Truncation& truncation :
           {Truncation{}, Truncation{TruncationKind::horizon, 2}, {TruncationKind::chunks, 2}}) {
        SCOPED_TRACE(std::string(sequences.shape) + " " +
                     (sequences.different_lengths ? "lengths " : "") +
                     std::string(model::name_of(output.readout)) + " " +
                     std::string(model::name_of(output.loss)) + " " +
                     std::string(model::name_of(truncation.kind)));
        setup.training.truncation = truncation;
        expect_every_clipping(setup);
      }
    }
}

std::vector<Family> all_families() {
  std::vector<Family> families;
  for (const model::CellKind cell : support::all_cells())
    for (const auto& activation : model::EnumNames<model::ActivationKind>::kAll)
      families.push_back({cell, activation.value});
  return families;
}
INSTANTIATE_TEST_SUITE_P(All, ClippedStep, ::testing::ValuesIn(all_families()),
                         [](const auto& test) {
                           return support::test_name(
                               std::string(model::name_of(test.param.cell)) + "_" +
                               std::string(model::name_of(test.param.activation)));
                         });

}  // namespace
}  // namespace backflow::training
