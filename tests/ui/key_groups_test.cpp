// All configuration keys in the controls panel: every one can be reached, the others' states stay.
#include "app/ui/key_groups.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "app/ui/key_change.h"
#include "core/model/initialization.h"
#include "core/model/norm.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Writes a text into a file of that name for tests; returns its path.
std::string temporary_file(const char* name, const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / name;
  std::ofstream(path) << text;
  return path.string();
}

// Clicks the field, types over what is in it, and presses the key that ends it.
void type_path(UiDriver& driver, const char* label, const std::string& text, Key end) {
  driver.click(label);
  driver.frames(3);
  for (const char c : text) ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(c));
  driver.frames(3);
  driver.press(end);
  driver.frames(3);
}

// A configuration in which the key does something: the default, or one choice away from it, which
// may need a file.
std::optional<config::Config> where_it_applies(const config::Key& key) {
  if (config::applies(key, {})) return config::Config{};
  // What there is in files of networks and sequences.
  config::Config with_files;
  const std::string models = BACKFLOW_SOURCE_DIR "/tests/golden/models/";
  for (const std::string& setting :
       {"model.file=" + models + "gru-2-both-float64.safetensors", "task.file=" + models + "x.npy"})
    EXPECT_EQ(config::set_key_as_meant(with_files, setting), "");
  if (config::applies(key, with_files)) return with_files;
  for (const config::Key& other : config::keys())
    for (const config::Choice& choice : other.choices) {
      config::Config config;
      config.model.weights.matrix = std::make_shared<model::Matrix>(
          model::Matrix::Identity(8, 8));  // where a choice needs a file
      if (!config::set_key(config, other.name, choice.name).empty()) continue;
      if (config::applies(key, config) && config::validate(config).empty()) return config;
    }
  return std::nullopt;
}

// Opens all groups and scrolls through them; the keys whose controls were seen, of those that are
// not known yet.
std::set<std::string> keys_in_the_window(const config::Config& config, int height,
                                         const std::set<std::string>& known) {
  UiDriver driver(config, 960, height);
  for (const KeyGroup group : kFoldedGroups)
    if (!applicable_keys(group, config).empty()) driver.open_group(title_of(group));
  std::set<std::string> seen;
  for (const config::Key& key : config::keys()) {
    if (known.contains(key.name) || !config::applies(key, config)) continue;
    // A choice whose options stand beside one another is known by these.
    std::string label = key.title;
    if (!driver.reach(label) && !key.choices.empty()) label += "=" + key.choices.front().name;
    if (driver.reach(label) &&
        driver.widget(label).help.find("--set " + key.name + "=") != std::string::npos)
      seen.insert(key.name);
  }
  return seen;
}

TEST(KeyGroups, EveryKeyCanBeReachedInTheWindow) {
  std::set<std::string> reached;
  for (const config::Key& key : config::keys()) {
    if (reached.contains(key.name)) continue;
    const auto config = where_it_applies(key);
    ASSERT_TRUE(config) << key.name << " does something in no configuration";
    // The rest in a window in which little is to be scrolled.
    reached.merge(keys_in_the_window(*config, reached.empty() ? 600 : 2400, reached));
    EXPECT_TRUE(reached.contains(key.name)) << key.name;
  }
}

TEST(KeyGroups, WhatMattersMostIsInSightAtOnce) {
  for (const auto& [width, height] : {std::pair{1280, 800}, {960, 600}}) {
    UiDriver driver(configured({"task.name=first-bit"}), width, height);
    for (const char* label : {"Cell", "Activation", "Spectral radius", "Learning rate", "Clipping",
                              "Clip threshold", "Steps", "Hidden units", "Task"}) {
      EXPECT_TRUE(has_widget(driver, label)) << label;
    }
    // They stay while the groups are scrolled.
    for (const KeyGroup group : kFoldedGroups) driver.open_group(title_of(group));
    EXPECT_TRUE(driver.reach("Flow penalty"));
    EXPECT_TRUE(has_widget(driver, "Spectral radius"));
    EXPECT_FALSE(has_widget(driver, "Group Task"));
  }
}

TEST(KeyGroups, TheWheelScrollsOverThePinnedControlsToo) {
  UiDriver driver(configured({"task.name=first-bit"}), 960, 600);
  for (const KeyGroup group : kFoldedGroups) driver.open_group(title_of(group));
  driver.hover("Group One neuron");
  driver.wheel(1000.0);
  EXPECT_TRUE(has_widget(driver, "Group Task"));
  driver.hover("Learning rate");
  for (int i = 0; i < 30; ++i) driver.wheel(-1.0);
  EXPECT_FALSE(has_widget(driver, "Group Task"));
  EXPECT_TRUE(has_widget(driver, "Descent steps"));
  EXPECT_EQ(driver.snapshot().config.training.learning_rate, 0.3);
}

TEST(KeyGroups, AGroupOpensIntoSightAndStaysOpen) {
  UiDriver driver(configured({"task.name=first-bit"}), 960, 600);
  EXPECT_FALSE(has_widget(driver, "L2 penalty"));
  for (const char* group : {"Task", "Weights", "Penalties"}) driver.open_group(group);
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "Flow penalty"));  // scrolled so far by itself
  driver.press(Key::r);
  driver.choose("Task", "adding");
  driver.frames(3);  // until the shorter list has found its place
  EXPECT_TRUE(driver.reach("Flow penalty"));
  driver.open_group("Penalties");
  EXPECT_FALSE(driver.reach("L2 penalty"));
}

TEST(KeyGroups, ControlsThatDoNothingAreNotThere) {
  UiDriver driver;
  driver.open_group("Optimiser");
  EXPECT_FALSE(driver.reach("Momentum"));
  driver.choose("Optimiser", "nesterov");
  EXPECT_TRUE(driver.reach("Momentum"));
  EXPECT_FALSE(driver.reach("Beta 2"));
  driver.choose("Optimiser", "adam");
  EXPECT_TRUE(driver.reach("Beta 2"));
  driver.type_value("Beta 2", "0.995");
  EXPECT_EQ(driver.snapshot().config.training.optimizer.beta2, 0.995);
  EXPECT_FALSE(driver.reach("Momentum"));
  EXPECT_FALSE(driver.reach("Steps"));
  driver.choose("Task", "first-bit");
  EXPECT_TRUE(driver.reach("Steps"));
}

TEST(KeyGroups, TheTitleTellsWhatDiffersFromTheDefault) {
  EXPECT_THAT(differences(KeyGroup::optimiser, {}), IsEmpty());
  const config::Config config =
      configured({"training.optimizer=adam", "training.beta1=0.95", "training.momentum=0.5",
                  "training.truncation=horizon", "training.truncation.steps=7",
                  "model.readout=sigmoid", "task.name=first-bit", "task.batch=4"});
  // The momentum does nothing here.
  EXPECT_THAT(differences(KeyGroup::optimiser, config), ElementsAre("Adam", "β_{1} = 0.95"));
  EXPECT_THAT(differences(KeyGroup::truncation, config), ElementsAre("fixed horizon", "τ = 7"));
  EXPECT_THAT(differences(KeyGroup::task, config), ElementsAre("B = 4"));
  UiDriver driver(config);
  EXPECT_THAT(driver.widget("Group Optimiser").help, HasSubstr("changed: Adam, β_{1} = 0.95"));
  EXPECT_THAT(driver.widget("Group Schedule").help, Not(HasSubstr("changed")));
}

TEST(KeyGroups, ValuesAreShownInWordsWhereANumberWouldMislead) {
  const auto shown = [](const char* name, const char* value) {
    return shown_value(*config::find_key(name), configured({"task.name=first-bit"}), value);
  };
  EXPECT_EQ(shown("training.validation_every", "0"), "never");
  EXPECT_EQ(shown("training.l2", "0"), "off");
  EXPECT_EQ(shown("training.beta2", "0.9995"), "0.9995");
  EXPECT_EQ(shown("task.steps", "auto"), "auto (20)");
  EXPECT_EQ(shown("model.seed", "1234567"), "1234567");
  EXPECT_EQ(shown("model.readout", "auto"), "sigmoid");
  EXPECT_EQ(shown("task.file", "/tmp/a/faust.txt"), "faust.txt");
}

TEST(KeyGroups, APathIsTypedAndABadOneRefused) {
  const std::string path =
      temporary_file("backflow_ui_test.txt", std::string(400, 'a') + std::string(400, 'b'));
  UiDriver driver(configured({"task.name=next-character"}));
  driver.open_group("Task");
  type_path(driver, "Data file", path, Key::escape);
  EXPECT_THAT(driver.snapshot().config.task.file, IsEmpty());
  type_path(driver, "Data file", "/no/such/file", Key::enter);
  EXPECT_THAT(driver.snapshot().config.task.file, IsEmpty());
  EXPECT_THAT(driver.ui().status(), HasSubstr("/no/such/file"));
  type_path(driver, "Data file", path, Key::enter);
  EXPECT_EQ(driver.snapshot().config.task.file, path);
  EXPECT_EQ(driver.snapshot().record->batch.inputs.rows(), 2);  // a and b
  // Emptied, it is the built-in text again; leaving the field counts like Enter.
  driver.click("Data file");
  driver.frames(3);
  driver.press(Key::backspace);
  driver.click("figure loss");
  driver.frames(3);
  EXPECT_THAT(driver.snapshot().config.task.file, IsEmpty());
  EXPECT_GT(driver.snapshot().record->batch.inputs.rows(), 20);
  std::filesystem::remove(path);
}

TEST(KeyGroups, WeightsFromAFileAskForTheFileFirst) {
  const std::string path = temporary_file("backflow_ui_test.csv", "0.5,0,0\n0,0.25,0\n0,0,1\n");
  UiDriver driver;
  driver.open_group("Weights");
  EXPECT_FALSE(driver.reach("Matrix file"));
  driver.choose("Initialisation", "file");
  EXPECT_THAT(driver.ui().status(), HasSubstr("needs model.init_file"));
  ASSERT_TRUE(driver.reach("Matrix file"));
  driver.frames(5);  // it listens already
  for (const char c : path) ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(c));
  driver.frames(3);
  driver.press(Key::enter);
  driver.frames(3);
  EXPECT_THAT(driver.snapshot().refusal, IsEmpty());
  EXPECT_EQ(driver.snapshot().config.model.weights.kind, model::RecurrentInit::file);
  // As many hidden units as the matrix has columns.
  EXPECT_EQ(W_hh(driver), (model::Matrix(3, 3) << 0.5, 0, 0, 0, 0.25, 0, 0, 0, 1).finished());
  const std::string other = temporary_file("backflow_ui_test.csv", "0.5,1\n0,0.25\n");
  type_path(driver, "Matrix file", other + "x", Key::enter);
  EXPECT_THAT(driver.ui().status(), HasSubstr("csvx does not exist"));
  EXPECT_EQ(W_hh(driver).rows(), 3);
  std::filesystem::rename(other, other + "x");
  type_path(driver, "Matrix file", other + "x", Key::enter);
  EXPECT_EQ(W_hh(driver), (model::Matrix(2, 2) << 0.5, 1, 0, 0.25).finished());
  driver.choose("Initialisation", "gaussian");
  EXPECT_FALSE(driver.reach("Matrix file"));
  std::filesystem::remove(other + "x");
}

TEST(KeyGroups, AskingForAFileEndsWithAnotherChoice) {
  UiDriver driver;
  driver.open_group("Weights");
  driver.choose("Initialisation", "file");
  ASSERT_TRUE(driver.reach("Matrix file"));
  EXPECT_FALSE(driver.reach("Spread"));
  driver.frames(5);
  driver.press(Key::escape);
  driver.frames(3);
  // Given up, the list tells what is in force again.
  EXPECT_FALSE(driver.reach("Matrix file"));
  EXPECT_TRUE(driver.reach("Spread"));
  driver.choose("Initialisation", "file");
  driver.frames(5);
  driver.choose("Initialisation", "he");
  EXPECT_FALSE(driver.reach("Matrix file"));
  EXPECT_EQ(driver.snapshot().config.model.weights.kind, model::RecurrentInit::he);
}

TEST(KeyGroups, AChangeOfTaskOrShapeFreesWhatItCannotKeep) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=50", "task.length_min=40"}));
  driver.open_group("Task");
  driver.choose("Shape", "one-to-one");
  driver.frames(3);
  EXPECT_THAT(driver.snapshot().refusal, IsEmpty());
  EXPECT_EQ(driver.snapshot().record->trace.steps(), 1);
  EXPECT_FALSE(driver.reach("Steps"));
  driver.choose("Task", "copy-memory");
  driver.frames(3);
  EXPECT_EQ(driver.snapshot().config.task.kind, training::TaskKind::copy_memory);
  EXPECT_GT(driver.snapshot().record->trace.steps(), 20);
}

TEST(KeyGroups, AChangeOfTaskKeepsWhatItCan) {
  const config::Config config =
      configured({"task.name=first-bit", "task.steps=5", "task.length_min=5", "task.batch=7"});
  const KeyChange change = plan_change(config, "task.name", "copy-memory");
  EXPECT_THAT(change.refusal, IsEmpty());
  std::vector<std::string> keys;
  for (const Setting& setting : change.settings) keys.push_back(setting.key);
  EXPECT_THAT(keys, ElementsAre("task.length_min", "task.steps", "task.name"));
  // Of other keys the refusal is told.
  EXPECT_THAT(plan_change(config, "model.loss", "cce").refusal, HasSubstr("model.loss"));
  EXPECT_THAT(plan_change(config, "task.name", "nothing").refusal, HasSubstr("task.name"));
}

TEST(KeyGroups, AnotherOptimizerBringsItsUsualLearningRateUnlessOneWasChosen) {
  UiDriver driver;
  driver.open_group("Optimiser");
  const auto rate = [&] { return driver.snapshot().config.training.learning_rate; };
  driver.choose("Optimiser", "adam");
  driver.frames(3);
  EXPECT_EQ(rate(), 0.01);
  driver.choose("Optimiser", "sgd");
  driver.frames(3);
  EXPECT_EQ(rate(), 0.3);
  driver.type_value("Learning rate", "0.2");
  driver.frames(3);
  driver.choose("Optimiser", "adam");
  driver.frames(3);
  EXPECT_EQ(rate(), 0.2);
}

TEST(KeyGroups, TheLargestSingularValueIsDraggedLikeTheRadius) {
  UiDriver driver;
  driver.open_group("Weights");
  ASSERT_TRUE(driver.reach("Largest σ"));
  driver.drag("Largest σ", 0.5, 0.3, [&] {
    const double wanted = driver.snapshot().config.model.weights.singular_value;
    EXPECT_LT(wanted, 0.2);
    EXPECT_NEAR(model::spectral_norm(W_hh(driver)), wanted, 1e-9 * wanted);
    EXPECT_NEAR(driver.snapshot().analysis->largest_singular_value, wanted, 1e-9 * wanted);
  });
}

}  // namespace
}  // namespace backflow::ui
