// Networks that PyTorch saved: what they compute here against what they computed there, through the
// configuration as a person sets it. The files and PyTorch's results are in tests/golden.
#include <cmath>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "core/config/keys.h"
#include "core/gradient/jacobian.h"
#include "core/io/safetensors.h"
#include "core/io/stored_model.h"
#include "tests/support/golden.h"

namespace backflow {
namespace {

using model::Index;
using model::Matrix;

std::string golden(const std::string& name) {
  return BACKFLOW_SOURCE_DIR "/tests/golden/models/" + name;
}

// A configuration after those settings; a refusal fails the test.
config::Config configured(const std::vector<std::string>& settings) {
  config::Config config;
  for (const std::string& setting : settings)
    EXPECT_EQ(config::set_key_as_meant(config, setting), "");
  EXPECT_EQ(config::validate(config), "");
  return config;
}

std::vector<std::string> settings_for(const std::string& name) {
  std::vector<std::string> settings{"model.file=" + golden(name + ".safetensors"),
                                    "task.file=" + golden("x.npy"),
                                    "task.targets=" + golden("y.npy")};
  if (name.starts_with("rnn-relu")) settings.push_back("model.activation=relu");
  return settings;
}

// The largest difference, relative to the matrix.
double difference(const Matrix& computed, const Matrix& expected) {
  EXPECT_EQ(computed.rows(), expected.rows());
  EXPECT_EQ(computed.cols(), expected.cols());
  if (computed.size() != expected.size()) return 1.0;
  if (expected.isZero(0.0)) return computed.norm();  // units that are off
  return (computed - expected).norm() / expected.norm();
}

TEST(TorchModel, OutputsLossGradientsAndProductsAgree) {
  const auto cases = support::read_golden("torch_models.txt");
  ASSERT_EQ(cases.size(), 20u);
  std::size_t products = 0;
  for (const auto& [name, fixture] : cases) {
    if (name.find("-both-") != std::string::npos) continue;
    SCOPED_TRACE(name);
    const double tolerance = name.ends_with("64") ? 1e-9 : 1e-5;
    const auto record =
        training::Trainer(config::make_setup(configured(settings_for(name)))).evaluate();
    const model::Trace& trace = record->trace;
    EXPECT_LT(difference(trace.h.steps(1, trace.steps()), fixture.at("h")), tolerance);
    const double loss = fixture.at("loss")(0, 0);
    EXPECT_NEAR(trace.loss, loss, tolerance * loss);
    const auto tensors = model::tensors(record->gradients);
    for (std::size_t i = 0; i < tensors.size(); ++i)
      EXPECT_LT(difference(tensors[i], fixture.at("d" + std::string(model::kTensorNames[i]))),
                tolerance)
          << model::kTensorNames[i];
    for (const auto& [key, expected] : fixture) {
      Index t = 0, k = 0;
      if (std::sscanf(key.c_str(), "J%td,%td", &t, &k) != 2) continue;
      const Matrix product =
          gradient::jacobian_product(record->model, trace, 0, t, k, gradient::StateBlock::full)
              .value();
      EXPECT_LT(difference(product, expected), tolerance) << key;
      ++products;
    }
  }
  EXPECT_EQ(products, 16u * 9u);
}

// Each direction of the last of two layers: what PyTorch gives out, forward states above backward.
TEST(TorchModel, BothDirectionsAgree) {
  const auto cases = support::read_golden("torch_models.txt");
  std::size_t count = 0;
  for (const auto& [name, fixture] : cases) {
    if (name.find("-both-") == std::string::npos) continue;
    SCOPED_TRACE(name);
    std::vector<std::string> settings = settings_for(name);
    std::erase_if(settings, [](const auto& s) { return s.starts_with("task.targets"); });
    const Matrix& h = fixture.at("h");
    const Index n = h.rows() / 2;
    const auto states = [&](const char* direction) {
      settings.push_back(std::string("model.direction=") + direction);
      const auto record = training::Trainer(config::make_setup(configured(settings))).evaluate();
      return model::StepMatrices(record->trace.h);
    };
    const model::StepMatrices forward = states("forward"), backward = states("backward");
    const Index T = forward.last(), B = forward.batch();
    EXPECT_LT(difference(forward.steps(1, T), h.topRows(n)), 1e-12);
    for (Index t = 1; t <= T; ++t)
      EXPECT_LT(difference(backward.step(T + 1 - t), h.bottomRows(n).middleCols((t - 1) * B, B)),
                1e-12)
          << t;
    ++count;
  }
  EXPECT_EQ(count, 4u);
}

// All layers of a network have one activation, also when it changes while the network runs.
TEST(TorchModel, AnotherActivationReachesTheLayersBelow) {
  for (const std::string name : {"rnn-tanh-2-float64", "rnn-tanh-2-both-float64"}) {
    SCOPED_TRACE(name);
    const config::Config tanh =
        configured({"model.file=" + golden(name + ".safetensors"), "task.file=" + golden("x.npy")});
    config::Config relu = tanh;
    ASSERT_EQ(config::set_key(relu, "model.activation=relu"), "");
    training::Trainer trainer(config::make_setup(tanh));
    const auto before = trainer.evaluate();
    ASSERT_FALSE(config::needs_restart(tanh, relu));
    ASSERT_EQ(config::apply(tanh, relu, trainer), "");
    const auto after = trainer.evaluate();
    const auto fresh = training::Trainer(config::make_setup(relu)).evaluate();
    EXPECT_NE(after->batch.inputs.data(), before->batch.inputs.data());
    EXPECT_EQ(after->batch.inputs.data(), fresh->batch.inputs.data());
    EXPECT_EQ(after->trace.h.data(), fresh->trace.h.data());
  }
}

TEST(TorchModel, TheFirstOfTwoLayersIsThatLayerAlone) {
  const auto one = configured({"model.file=" + golden("lstm-2-float64.safetensors"),
                               "model.layer=1", "task.file=" + golden("x.npy")});
  const auto setup = config::make_setup(one);
  EXPECT_EQ(setup.feed, nullptr);
  EXPECT_EQ(setup.model.parameters.input_size(), 3);
  EXPECT_EQ(setup.model.parameters.W_hy.rows(), 2);  // the read-out has its size, and is not used
}

// What is saved is what was opened, bit for bit, and in another program's order of the bias.
TEST(TorchModel, SavedWeightsComeBack) {
  for (const std::string kind : {"rnn-tanh", "gru", "lstm"}) {
    SCOPED_TRACE(kind);
    const auto config = configured(settings_for(kind + "-1-float64"));
    const model::Model model = config::make_setup(config).model;
    std::string bytes;
    ASSERT_EQ(io::write_stored_model(model, {.prefix = "core.", .readout = "head"}, nullptr,
                                     io::NumberType::float64, bytes),
              "");
    io::TensorFile file;
    ASSERT_EQ(io::TensorFile::parse(bytes, file), "");
    io::StoredModel stored;
    ASSERT_EQ(io::read_stored_model(file, {}, stored), "");
    EXPECT_EQ(stored.prefix, "core.");
    EXPECT_EQ(stored.readout, "head");
    const model::Parameters& p = stored.layers.at(0).forward;
    EXPECT_EQ(p.W_xh, model.parameters.W_xh);
    EXPECT_EQ(p.W_hh, model.parameters.W_hh);
    EXPECT_EQ(p.b_h, model.parameters.b_h);
    EXPECT_EQ(stored.W_hy, model.parameters.W_hy);
    EXPECT_EQ(stored.b_y, model.parameters.b_y);
  }
}

// All layers and the read-out, whichever was studied: what was read is what is written.
TEST(TorchModel, SavingOneLayerKeepsTheOthers) {
  for (const std::string layer : {"1", "2"}) {
    const auto config = configured({"model.file=" + golden("lstm-2-both-float64.safetensors"),
                                    "model.layer=" + layer, "model.direction=backward",
                                    "task.file=" + golden("x.npy")});
    model::Model model = config::make_setup(config).model;
    model.parameters.W_hh *= 2.0;
    std::string bytes;
    ASSERT_EQ(config::weights_file(config, model, bytes), "");
    io::TensorFile before, after;
    ASSERT_EQ(io::TensorFile::read(golden("lstm-2-both-float64.safetensors"), before), "");
    ASSERT_EQ(io::TensorFile::parse(bytes, after), "");
    std::size_t changed = 0;
    for (const io::TensorInfo& info : after.tensors()) {
      ASSERT_NE(before.find(info.name), nullptr) << info.name;
      if (info.name.find("bias") != std::string::npos) continue;  // their sum is kept
      std::vector<double> now, then;
      ASSERT_EQ(after.values(info, now), "");
      ASSERT_EQ(before.values(*before.find(info.name), then), "");
      if (now != then) {
        ++changed;
        EXPECT_EQ(info.name, "rnn.weight_hh_l" + std::to_string(std::stoi(layer) - 1) + "_reverse");
      }
    }
    EXPECT_EQ(changed, 1u);
    EXPECT_EQ(after.tensors().size(), 16u);
  }
}

TEST(TorchModel, WithoutTargetsThereIsNoLossAndNoBlame) {
  const auto record =
      training::Trainer(
          config::make_setup(configured({"model.file=" + golden("gru-1-float32.safetensors"),
                                         "task.file=" + golden("x.npy")})))
          .evaluate();
  EXPECT_EQ(record->batch.targets.count(), 0);
  EXPECT_EQ(record->trace.loss, 0.0);
  EXPECT_EQ(model::global_norm(record->gradients), 0.0);
  EXPECT_TRUE(std::isnan(record->accuracy));
  EXPECT_FALSE(record->divergence.has_value());
  EXPECT_EQ(record->model.parameters.W_hy.rows(), 2);
}

TEST(TorchModel, AnotherLayerOrDirectionIsAnotherNetwork) {
  const std::string both = "model.file=" + golden("gru-2-both-float64.safetensors");
  const auto last = configured({both});
  EXPECT_TRUE(config::needs_restart(last, configured({both, "model.layer=1"})));
  EXPECT_TRUE(config::needs_restart(last, configured({both, "model.direction=backward"})));
  config::Config same = last;
  ASSERT_EQ(config::set_key(same, "training.learning_rate=1"), "");
  EXPECT_FALSE(config::needs_restart(last, same));
  EXPECT_TRUE(config::needs_restart(last, configured({})));
}

// With no sequences of its own a network gets random inputs of its width.
TEST(TorchModel, RandomInputsFitTheNetwork) {
  const auto config = configured({"model.file=" + golden("lstm-1-float32.safetensors")});
  EXPECT_EQ(config.task.kind, training::TaskKind::random_input);
  EXPECT_EQ(config.model.cell, model::CellKind::lstm);
  EXPECT_EQ(config.model.hidden, 4);
  const auto record = training::Trainer(config::make_setup(config)).evaluate();
  EXPECT_EQ(record->batch.inputs.rows(), 3);
  EXPECT_NEAR(record->batch.inputs.data().squaredNorm() /
                  static_cast<double>(record->batch.inputs.data().size()),
              1.0, 0.2);
}

// The other direction of the first layer has that layer's sizes.
TEST(TorchModel, DirectionsOfDifferentSizesAreRefused) {
  const std::vector<double> numbers(1000, 0.5);
  const auto problem = [&](std::vector<std::uint64_t> ih, std::vector<std::uint64_t> hh) {
    const auto part = [&](const char* name, std::vector<std::uint64_t> shape) {
      std::size_t count = 1;
      for (const std::uint64_t length : shape) count *= length;
      return io::NamedTensor{name, std::move(shape), std::span(numbers).first(count)};
    };
    const std::vector<io::NamedTensor> tensors{
        part("weight_ih_l0", {4, 3}), part("weight_hh_l0", {4, 4}),
        part("weight_ih_l0_reverse", std::move(ih)), part("weight_hh_l0_reverse", std::move(hh))};
    io::TensorFile file;
    EXPECT_EQ(io::TensorFile::parse(io::safetensors_bytes(tensors, io::NumberType::float64), file),
              "");
    io::StoredModel stored;
    return io::read_stored_model(file, {}, stored);
  };
  EXPECT_EQ(problem({4, 3}, {4, 4}), "");
  EXPECT_EQ(problem({4, 3}, {}),
            "has the tensor \"weight_hh_l0_reverse\" of shape (), where (4, 4) is needed");
  EXPECT_EQ(problem({4, 3}, {16}),
            "has the tensor \"weight_hh_l0_reverse\" of shape (16,), where (4, 4) is needed");
  EXPECT_EQ(problem({4, 7}, {4, 4}),
            "has the tensor \"weight_ih_l0_reverse\" of shape (4, 7), where (4, 3) is needed");
  EXPECT_EQ(problem({20, 3}, {20, 20}),
            "has the tensor \"weight_ih_l0_reverse\" of shape (20, 3), where (4, 3) is needed");
}

TEST(TorchModel, WhatDoesNotGoTogetherIsOneSentence) {
  const std::string file = golden("lstm-1-float32.safetensors");
  const auto problem = [&](const std::vector<std::string>& settings) {
    config::Config config;
    EXPECT_EQ(config::set_key_as_meant(config, "model.file=" + file), "");
    for (const std::string& setting : settings)
      EXPECT_EQ(config::set_key_as_meant(config, setting), "");
    return config::validate(config);
  };
  EXPECT_EQ(problem({"model.hidden=5"}),
            "model.hidden = 5 does not go with model.file, whose network has 4; model.file = "
            "(nothing) lets it go");
  EXPECT_EQ(problem({"model.layer=2"}),
            "model.layer = 2 does not go with model.file, whose network has one layer");
  EXPECT_EQ(problem({"model.direction=backward"}),
            "model.direction = backward does not go with model.file, whose network reads forward "
            "only");
  EXPECT_EQ(problem({"task.name=parity"}),
            "task.name = parity has d = 1 inputs, but the network in model.file takes 3");
  EXPECT_EQ(problem({"model.prefix=encoder"}),
            "model.file = " + file + " has no recurrent network \"encoder\"; there is \"rnn\"");
  EXPECT_EQ(problem({"model.readout_name=out"}),
            "model.file = " + file + " has no tensor \"out.weight\"");
}

}  // namespace
}  // namespace backflow
