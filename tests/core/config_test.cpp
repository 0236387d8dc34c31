// The keys: what they take, what they say, what a change does.
#include "core/config/config.h"

#include <cmath>
#include <memory>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/keys.h"
#include "core/config/nearest_match.h"
#include "tests/support/configured.h"

namespace backflow::config {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string error_of(std::string_view assignment) {
  Config config;
  const Config before = config;
  const std::string error = set_key(config, assignment);
  if (!error.empty()) {
    EXPECT_EQ(differences_from_default(config), differences_from_default(before));
  }
  return error;
}

TEST(Keys, EveryKeyTakesItsOwnValueAndItsLimits) {
  for (const Key& key : keys()) {
    Config config;
    EXPECT_THAT(set_key(config, key.name, key.get(config)), IsEmpty()) << key.name;
    EXPECT_THAT(differences_from_default(config), IsEmpty()) << key.name;
    EXPECT_FALSE(key.title.empty() || key.description.empty()) << key.name;
    if (key.kind == KeyKind::choice) {
      for (const Choice& choice : key.choices) {
        EXPECT_THAT(set_key(config, key.name, choice.name), IsEmpty()) << choice.name;
        EXPECT_EQ(key.get(config), choice.name);
      }
      continue;
    }
    if (key.kind == KeyKind::text) continue;  // a file: text_test.cpp, init_file_test.cpp
    for (const double limit : {key.min, key.max}) {
      EXPECT_THAT(set_key(config, key.name, format_number(limit)), IsEmpty()) << key.name;
      EXPECT_EQ(key.get(config), format_number(limit));
    }
    for (const double outside : {key.min - 1.0, key.max * 2.0 + 1.0})
      EXPECT_THAT(set_key(config, key.name, format_number(outside)),
                  AllOf(HasSubstr(key.name), HasSubstr("out of range"), HasSubstr("nearest")));
    EXPECT_THAT(set_key(config, key.name, "nan"), HasSubstr(key.name));
    EXPECT_THAT(set_key(config, key.name, "inf"), HasSubstr(key.name));
    EXPECT_THAT(set_key(config, key.name, "1x"), HasSubstr("is not a"));
    EXPECT_THAT(set_key(config, key.name, ""), HasSubstr("is not a"));
    EXPECT_EQ(set_key(config, key.name, "auto").empty(), key.has_auto);
  }
}

TEST(Keys, TheIssuesKeysAreThere) {
  for (const char* name :
       {"task.name", "task.steps", "task.batch", "task.seed", "model.hidden", "model.activation",
        "model.initial_state", "model.init", "model.spectral_radius", "model.seed",
        "training.learning_rate", "training.clip.mode", "training.clip.threshold"})
    EXPECT_NE(find_key(name), nullptr) << name;
  EXPECT_EQ(find_key("model.spectral_radius")->min, 0.0001);
  EXPECT_EQ(find_key("model.spectral_radius")->max, 10.0);
}

TEST(Keys, ErrorsNameKeyAllowedValuesAndNearestMatch) {
  EXPECT_THAT(error_of("model.activaton=tanh"),
              ::testing::StartsWith("unknown key \"model.activaton\" (did you mean "
                                    "\"model.activation\"?); the keys are task.name, "));
  EXPECT_EQ(error_of("model.activation=thanh"),
            "model.activation = \"thanh\" is not one of tanh, sigmoid, relu, leaky-relu, identity; "
            "did you mean \"tanh\"?");
  EXPECT_EQ(
      error_of("model.spectral_radius=11"),
      "model.spectral_radius = \"11\" is out of range; allowed: numbers from 0.0001 to 10; the "
      "nearest is 10");
  EXPECT_EQ(error_of("model.hidden=8.5"),
            "model.hidden = \"8.5\" is not a whole number; allowed: whole numbers from 1 to 512");
  EXPECT_THAT(error_of("zzz=1"), HasSubstr("the keys are task.name"));
  EXPECT_THAT(error_of("model.hidden"), HasSubstr("key=value"));
  EXPECT_THAT(error_of("=3"), HasSubstr("unknown key"));
  EXPECT_THAT(error_of("model.hidden= 8"), HasSubstr("is not a whole number"));
  // Hostile input comes back short and printable.
  EXPECT_LT(error_of("model.hidden=" + std::string(10'000, '\x01')).size(), 300u);
}

TEST(Keys, WholeNumbersAtTheEdgeOfWhatCanBeRead) {
  Config config;
  EXPECT_THAT(set_key(config, "task.seed=7"), IsEmpty());
  EXPECT_THAT(set_key(config, "task.seed=-0"), IsEmpty());
  EXPECT_EQ(config.task.seed, 0u);
  // More digits than any integer has: whole, but out of range.
  EXPECT_EQ(
      error_of("model.seed=99999999999999999999"),
      "model.seed = \"99999999999999999999\" is out of range; allowed: whole numbers from 0 to "
      "4294967295; the nearest is 4294967295");
  EXPECT_THAT(error_of("task.seed=-1"), HasSubstr("the nearest is 0"));
  EXPECT_THAT(error_of("model.hidden=1e2"), HasSubstr("is not a whole number"));
  EXPECT_THAT(error_of("model.hidden=+8"), HasSubstr("is not a whole number"));
  EXPECT_THAT(error_of("training.learning_rate=0,3"), HasSubstr("is not a number"));
}

TEST(NearestMatch, FindsTyposAndNotStrangers) {
  const std::vector<std::string> names{"spectral", "frobenius"};
  EXPECT_EQ(nearest_match("spectrla", names), "spectral");
  EXPECT_EQ(nearest_match("frobenus", names), "frobenius");
  EXPECT_EQ(nearest_match("banana", names), "");
  EXPECT_EQ(nearest_match("", names), "");
}

TEST(Validate, ExplainsWhatDoesNotGoTogether) {
  Config config;
  EXPECT_THAT(validate(config), IsEmpty());
  EXPECT_THAT(set_key(config, "model.readout=relu"), IsEmpty());
  EXPECT_THAT(validate(config), IsEmpty());
  EXPECT_THAT(set_key(config, "model.loss=bce"), IsEmpty());
  EXPECT_THAT(validate(config), AllOf(HasSubstr("model.loss"), HasSubstr("sigmoid")));
  config = {};
  config.task.kind = training::TaskKind::first_bit;
  config.task.steps = 1000;
  config.task.batch = 1024;
  EXPECT_THAT(validate(config), IsEmpty());
  config.model.hidden = 512;
  EXPECT_THAT(validate(config), AllOf(HasSubstr("task.batch"), HasSubstr("up to 20000000")));
  config = {};
  EXPECT_THAT(set_key(config, "task.steps=5"), IsEmpty());
  EXPECT_THAT(validate(config), HasSubstr("task.steps"));
}

std::string validated(const std::vector<std::string>& assignments) {
  return validate(support::configured(assignments));
}

TEST(Validate, RealTargetsAreNoProbabilities) {
  EXPECT_EQ(validated({"task.name=adding", "model.readout=softmax"}),
            "model.readout = softmax does not go with task.name = adding, whose targets are real "
            "numbers; allowed: auto, identity, relu, sigmoid");
  EXPECT_EQ(validated({"task.name=sine", "model.loss=bce"}),
            "model.loss = bce does not go with task.name = sine, whose targets are real numbers; "
            "allowed: auto, mse");
  EXPECT_THAT(validated({"task.name=sine", "model.loss=cce"}), HasSubstr("model.loss = cce"));
  EXPECT_THAT(validated({"task.name=sine", "model.readout=sigmoid"}), IsEmpty());
  EXPECT_THAT(validated({"task.name=parity", "model.readout=softmax"}), IsEmpty());
  for (const char* loss : {"model.loss=mse", "model.loss=bce", "model.loss=auto"})
    EXPECT_THAT(validated({"task.name=copy-memory", "model.readout=sigmoid", loss}), IsEmpty());
}

TEST(Validate, LengthsHaveToLeaveRoomForTheTask) {
  EXPECT_EQ(validated({"task.name=copy-memory", "task.steps=20"}),
            "task.steps = 20 is too short for task.name = copy-memory and task.symbols = 10; "
            "allowed: auto, or 21 and more");
  EXPECT_THAT(validated({"task.name=copy-memory", "task.symbols=100"}), IsEmpty());  // T grows
  EXPECT_EQ(validated({"task.name=delayed-echo", "task.delay=9", "task.length_min=9"}),
            "task.length_min = 9 is too short for task.name = delayed-echo and task.delay = 9; "
            "allowed: auto, or 10 to 20");
  EXPECT_EQ(validated({"task.name=first-bit", "task.length_min=21"}),
            "task.length_min = 21 is more than task.steps = 20; allowed: auto, or 1 to 20");
  EXPECT_THAT(validated({"task.name=first-bit", "task.length_min=20"}), IsEmpty());
  EXPECT_THAT(validated({"task.length_min=2"}), HasSubstr("which always has 3"));
  EXPECT_THAT(validated({"task.batch=2", "task.shape=one-to-one"}), HasSubstr("always has 3"));
  EXPECT_EQ(validated({"task.shape=one-to-one", "task.steps=3"}),
            "task.steps = 3 does not go with task.shape = one-to-one, which has one step; allowed: "
            "auto or 1");
  EXPECT_THAT(validated({"task.shape=one-to-one", "task.steps=1", "task.length_min=1"}), IsEmpty());
  EXPECT_THAT(validated({"task.name=next-character", "task.steps=1000", "task.batch=1024"}),
              HasSubstr("57 inputs or outputs × task.steps × task.batch"));
  Config config;
  config.task.kind = training::TaskKind::next_character;
  auto text = std::make_shared<training::Text>();
  EXPECT_THAT(training::parse_text("abcdefghijklmnopqrst", *text), IsEmpty());
  config.task.text = text;
  EXPECT_EQ(validate(config),
            "task.steps = 25 is too long for the text, whose first 90 % have 18 characters; "
            "allowed: up to 17, or a longer task.file");
  config.task.steps = 17;
  EXPECT_THAT(validate(config), IsEmpty());
}

TEST(Applies, OnlyWhereAChangeOfTheKeyChangesTheBatches) {
  const std::pair<const char*, const char*> others[] = {
      {"task.shape", "many-to-one"}, {"task.steps", "30"},  {"task.length_min", "25"},
      {"task.batch", "5"},           {"task.noise", "0.5"}, {"task.symbols", "9"},
      {"task.delay", "6"},           {"task.seed", "9"}};
  for (const auto& entry : model::EnumNames<training::TaskKind>::kAll)
    for (const auto& [name, value] : others) {
      if (entry.value == training::TaskKind::sequences) continue;  // needs a file
      SCOPED_TRACE(std::string(entry.name) + " " + name);
      Config from;
      from.task.kind = entry.value;
      if (!training::task_info(entry.value).fixed_table) from.task.steps = 35;
      Config to = from;
      ASSERT_THAT(set_key(to, name, value), IsEmpty());
      const Key& key = *find_key(name);
      if (key.name == "task.shape" && training::effective_shape(from.task) == *to.task.shape)
        to.task.shape = training::Shape::many_to_many;
      const bool allowed = validate(to).empty();
      const auto data = [](const Config& config) {
        const auto batch = training::make_batch(config.task, {}, 0);
        const auto numbers = [](const model::Matrix& matrix) {
          return std::vector<double>(matrix.data(), matrix.data() + matrix.size());
        };
        return std::tuple{numbers(batch.inputs.data()), numbers(batch.targets.data()),
                          batch.lengths};
      };
      EXPECT_EQ(applies(key, from), allowed && data(from) != data(to));
    }
  Config config;
  EXPECT_TRUE(applies(*find_key("model.hidden"), config));
  EXPECT_FALSE(applies(*find_key("task.file"), config));
  config.task.kind = training::TaskKind::next_character;
  EXPECT_TRUE(applies(*find_key("task.file"), config));
  config.task.shape = training::Shape::one_to_one;
  EXPECT_FALSE(applies(*find_key("task.steps"), config));
}

TEST(Effective, ReadoutAndLossFitTheTask) {
  Config config;
  config.task.kind = training::TaskKind::temporal_order;
  EXPECT_EQ(effective_readout(config), model::Readout::softmax);
  EXPECT_EQ(effective_loss(config), model::Loss::categorical_cross_entropy);
  config.task.kind = training::TaskKind::adding;
  EXPECT_EQ(effective_readout(config), model::Readout::identity);
  EXPECT_EQ(effective_loss(config), model::Loss::mean_squared_error);
  config.model.readout = model::Readout::sigmoid;
  EXPECT_EQ(effective_loss(config), model::Loss::mean_squared_error);
}

TEST(NeedsRestart, WhenTheShapeChangesTheInputs) {
  Config from, to;
  from.task.kind = to.task.kind = training::TaskKind::sine;
  to.task.shape = training::Shape::many_to_one;
  EXPECT_FALSE(needs_restart(from, to));
  to.task.shape = training::Shape::one_to_many;
  EXPECT_TRUE(needs_restart(from, to));
}

TEST(Effective, AutomaticLossFitsTheReadout) {
  Config config;
  EXPECT_EQ(effective_readout(config), model::Readout::sigmoid);
  EXPECT_EQ(effective_loss(config), model::Loss::binary_cross_entropy);
  config.model.readout = model::Readout::softmax;
  EXPECT_EQ(effective_loss(config), model::Loss::categorical_cross_entropy);
  config.model.readout = model::Readout::identity;
  EXPECT_EQ(effective_loss(config), model::Loss::mean_squared_error);
}

TEST(NeedsRestart, OnlyForOtherSizesAndOtherInitialisation) {
  for (const Key& key : keys()) {
    // Files, and what is taken from them: text_test, init_file_test, torch_model_test.
    if (key.kind == KeyKind::text || key.name == "task.layout" || key.name == "model.layer" ||
        key.name == "model.direction")
      continue;
    Config from, to;
    from.task.kind = to.task.kind = key.name == "task.inputs" ? training::TaskKind::random_input
                                                              : training::TaskKind::first_bit;
    std::string other;
    if (key.kind == KeyKind::choice)
      for (const Choice& choice : key.choices) {
        if (choice.name != key.get(from) && choice.name != "softmax" && choice.name != "auto")
          other = choice.name;
      }
    else
      other = key.kind == KeyKind::integer ? "7" : "0.5";
    ASSERT_THAT(set_key(to, key.name, other), IsEmpty());
    EXPECT_EQ(needs_restart(from, to), key.effect == KeyEffect::restart) << key.name;
  }
}

TEST(Applies, OnlyToTheOptionsInUse) {
  const auto applying = [](const std::vector<std::string>& assignments) {
    const Config config = support::configured(assignments);
    std::vector<std::string> names;
    for (const Key& key : keys())
      if (key.name.starts_with("training.") && applies(key, config))
        names.push_back(key.name.substr(9));
    return names;
  };
  using ::testing::Contains;
  using ::testing::UnorderedElementsAre;
  EXPECT_THAT(applying({"task.name=parity", "training.truncation=chunks"}),
              ::testing::AllOf(Contains("validation_every"), Contains("truncation.steps")));
  EXPECT_THAT(
      applying({"training.clip.mode=none"}),
      UnorderedElementsAre("learning_rate", "schedule", "warmup", "optimizer", "weight_decay", "l2",
                           "omega", "truncation", "freeze_recurrent", "clip.mode"));
  EXPECT_THAT(
      applying({"training.optimizer=nesterov", "training.schedule=cosine"}),
      UnorderedElementsAre("learning_rate", "schedule", "schedule.period", "schedule.final_rate",
                           "warmup", "optimizer", "momentum", "weight_decay", "l2", "omega",
                           "truncation", "freeze_recurrent", "clip.mode", "clip.threshold"));
  EXPECT_THAT(applying({"training.optimizer=adamw", "training.schedule=step"}),
              UnorderedElementsAre("learning_rate", "schedule", "schedule.step_size",
                                   "schedule.step_gamma", "warmup", "optimizer", "beta1", "beta2",
                                   "epsilon", "weight_decay", "l2", "omega", "truncation",
                                   "freeze_recurrent", "clip.mode", "clip.threshold"));
  EXPECT_THAT(
      applying({"training.optimizer=rmsprop", "training.schedule=exponential"}),
      UnorderedElementsAre("learning_rate", "schedule", "schedule.gamma", "warmup", "optimizer",
                           "alpha", "epsilon", "weight_decay", "l2", "omega", "truncation",
                           "freeze_recurrent", "clip.mode", "clip.threshold"));
}

// A key that is said to do nothing must change no number of a run, and all others must.
TEST(Applies, IsWhatTrainingShows) {
  for (const char* optimizer : {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"}) {
    for (const char* schedule : {"constant", "step", "exponential", "cosine"}) {
      Config config;
      ASSERT_THAT(set_key(config, "training.optimizer", optimizer), IsEmpty());
      ASSERT_THAT(set_key(config, "training.schedule", schedule), IsEmpty());
      for (const char* assignment : {"training.schedule.step_size=5", "training.schedule.period=50",
                                     "training.clip.threshold=0.01", "training.learning_rate=0.1",
                                     "training.truncation.steps=1"})
        ASSERT_THAT(set_key(config, assignment), IsEmpty());
      const auto weights_after = [](const Config& options) {
        training::Trainer trainer(make_setup(options));
        for (int i = 0; i < 25; ++i) trainer.step();
        return trainer.setup().model.parameters.W_hh;
      };
      const model::Matrix usual = weights_after(config);
      for (const Key& key : keys()) {
        if (!key.name.starts_with("training.") || key.name == "training.validation_every") continue;
        std::vector<std::string> values{"1", "2", "0.25"};
        for (const Choice& choice : key.choices) values.push_back(choice.name);
        Config other = config;
        for (const std::string& value : values)
          if (key.get(other) == key.get(config)) set_key(other, key.name, value);
        ASSERT_NE(key.get(other), key.get(config)) << key.name;
        EXPECT_EQ(weights_after(other) != usual, applies(key, config))
            << key.name << " with " << optimizer << ", " << schedule;
      }
    }
  }
}

// ρ and σ₁ of the W_hh that training begins with.
std::pair<double, double> sizes_at_start(const std::vector<std::string>& assignments) {
  Config config;
  for (const std::string& assignment : assignments)
    EXPECT_THAT(set_key_as_meant(config, assignment), IsEmpty());
  EXPECT_THAT(validate(config), IsEmpty());
  const training::TrainerSetup setup = make_setup(config);
  return {model::spectral_radius(setup.model.parameters, setup.model.cell),
          model::largest_singular_value(setup.model.parameters, setup.model.cell)};
}

TEST(AsMeant, WeightsStartAtTheSizeThatIsAskedForLast) {
  for (const std::string init : {"gaussian", "uniform", "glorot", "he", "orthogonal", "identity"})
    for (const std::string cell : {"rnn", "lstm"}) {
      const std::string kind = "model.init=" + init, of = "model.cell=" + cell;
      EXPECT_NEAR(sizes_at_start({of, kind, "model.spectral_radius=1.7"}).first, 1.7, 1e-12);
      EXPECT_NEAR(sizes_at_start({of, "model.spectral_radius=1.7", kind}).first, 1.7, 1e-12);
      // The default value, but asked for.
      EXPECT_NEAR(sizes_at_start({of, kind, "model.spectral_radius=1"}).first, 1.0, 1e-12);
      EXPECT_NEAR(sizes_at_start({of, kind, "model.singular_value=1"}).second, 1.0, 1e-12);
      EXPECT_NEAR(sizes_at_start({of, kind, "model.singular_value=0.3"}).second, 0.3, 1e-12);
      EXPECT_NEAR(
          sizes_at_start({kind, "model.spectral_radius=2", "model.singular_value=0.3"}).second, 0.3,
          1e-12);
      EXPECT_NEAR(
          sizes_at_start({kind, "model.singular_value=0.3", "model.spectral_radius=2"}).first, 2.0,
          1e-12);
    }
}

TEST(AsMeant, ASpreadIsThatOfTheEntries) {
  // Also where a size was set before.
  for (const char* before : {"model.hidden=100", "model.spectral_radius=1.5",
                             "model.singular_value=0.5", "model.init_scale=spectral-radius"}) {
    Config config;
    for (const char* assignment : {"model.hidden=100", before, "model.init_spread=0.5"})
      ASSERT_THAT(set_key_as_meant(config, assignment), IsEmpty());
    EXPECT_NEAR(make_setup(config).model.parameters.W_hh.norm() / 100.0, 0.5, 0.02) << before;
  }
}

TEST(NeedsRestart, NotForASizeThatPresentWeightsCanTake) {
  Config from;
  ASSERT_THAT(set_key(from, "model.init", "glorot"), IsEmpty());
  Config to = from;
  ASSERT_THAT(set_key_as_meant(to, "model.singular_value", "0.5"), IsEmpty());
  EXPECT_FALSE(needs_restart(from, to));
  EXPECT_EQ(scale_at_start(to), model::InitScale::singular_value);
  to = from;
  ASSERT_THAT(set_key(to, "model.init_scale", "singular-value"), IsEmpty());
  EXPECT_TRUE(needs_restart(from, to));
}

TEST(Apply, SpectralRadiusRescalesThePresentWeights) {
  Config from;
  training::Trainer trainer(make_setup(from));
  for (int i = 0; i < 5; ++i) trainer.step();
  const model::Parameters before = trainer.setup().model.parameters;
  Config to = from;
  to.model.weights.spectral_radius = 0.25;
  EXPECT_THAT(apply(from, to, trainer), IsEmpty());
  const model::Parameters& after = trainer.setup().model.parameters;
  EXPECT_NEAR(model::spectral_radius(after.W_hh), 0.25, 1e-13);
  EXPECT_LT((after.W_hh / after.W_hh(0, 0) - before.W_hh / before.W_hh(0, 0)).norm(), 1e-11);
  EXPECT_EQ(after.W_xh, before.W_xh);
  EXPECT_EQ(after.W_hy, before.W_hy);
}

TEST(Apply, RefusesWhatCanNotBeScaled) {
  Config from;
  training::Trainer trainer(make_setup(from));
  trainer.set_recurrent_weights(model::Matrix::Zero(8, 8));
  Config to = from;
  to.model.weights.spectral_radius = 0.5;
  to.training.learning_rate = 0.01;
  EXPECT_THAT(apply(from, to, trainer), Not(IsEmpty()));
  EXPECT_EQ(trainer.setup().training.learning_rate, 0.3);
}

TEST(Apply, RefusesBothScalingsAtOnce) {
  Config from;
  training::Trainer trainer(make_setup(from));
  const model::Matrix before = trainer.setup().model.parameters.W_hh;
  Config to = from;
  to.model.weights.spectral_radius = 0.5;
  to.model.weights.singular_value = 0.5;
  EXPECT_EQ(apply(from, to, trainer),
            "model.spectral_radius and model.singular_value each rescale W_hh; allowed: to set one "
            "of them at a time");
  EXPECT_EQ(trainer.setup().model.parameters.W_hh, before);
}

TEST(FormatNumber, ReadsBackExactly) {
  for (const double value : {0.1, 1.0 / 3.0, 1e-300, 12345.678, 1e-6, 123456789.0, 1e9, 0.0, -2.5})
    EXPECT_EQ(std::stod(format_number(value)), value);
  EXPECT_EQ(format_number(0.0001), "0.0001");
  EXPECT_EQ(format_number(1e6), "1000000");
}

}  // namespace
}  // namespace backflow::config
