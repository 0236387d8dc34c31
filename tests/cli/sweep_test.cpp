// Sweeps: every point is what it would be alone, a sweep that was cut off goes on, shards make the
// whole.
#include "app/cli/sweep.h"

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/sweep_command.h"
#include "app/cli/sweep_file.h"
#include "app/session/analysis.h"
#include "app/session/session.h"
#include "core/config/keys.h"
#include "tests/cli/program_call.h"
#include "tests/support/configured.h"
#include "tests/support/temporary_folder.h"

namespace backflow::cli {
namespace {

using support::configured;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Outcome call_with(const std::vector<std::string>& words) {
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  return backflow(arguments);
}

void refused(const std::vector<std::string>& words, const std::string& part) {
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  expect_refused(arguments, part);
}

class SweepFiles : public support::TemporaryFolder {
protected:
  static std::string text_of(const std::string& path) { return read(path); }
  // Of a small grid, with more arguments behind.
  static std::vector<std::string> call(const std::string& output,
                                       const std::vector<std::string>& more = {}) {
    std::vector<std::string> all{"sweep",
                                 "--set",
                                 "task.name=first-bit",
                                 "--over",
                                 "model.activation=tanh,relu",
                                 "--over",
                                 "model.spectral_radius=0.5:1.5:3",
                                 "--metric",
                                 "norm(10, 0)",
                                 "--iterations",
                                 "3",
                                 "--output",
                                 output};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  static std::set<std::string> lines(const std::string& path) {
    const auto all = lines_of(text_of(path));
    return {all.begin(), all.end()};
  }
};

TEST(SweepAxes, AreNumbersOrValues) {
  SweepAxis axis;
  EXPECT_EQ(parse_axis("model.spectral_radius=0.5:0.8:4", axis), "");
  EXPECT_THAT(axis.values, ElementsAre("0.5", "0.6", "0.7", "0.8"));
  EXPECT_EQ(parse_axis("training.learning_rate=0.001:1:4:log", axis), "");
  EXPECT_THAT(axis.values, ElementsAre("0.001", "0.01", "0.1", "1"));
  EXPECT_EQ(parse_axis("task.steps=5:8:7", axis), "");
  EXPECT_THAT(axis.values, ElementsAre("5", "6", "7", "8"));  // whole ones, each once
  EXPECT_EQ(parse_axis("model.cell=rnn,lstm", axis), "");
  EXPECT_THAT(axis.values, ElementsAre("rnn", "lstm"));
  EXPECT_THAT(parse_axis("model.cells=rnn", axis), HasSubstr("names no key"));
  EXPECT_THAT(parse_axis("model.file=a,b", axis), HasSubstr("a key of files"));
  EXPECT_THAT(parse_axis("task.steps=a:b:3", axis), HasSubstr("is not a:b:n"));
  EXPECT_THAT(parse_axis("training.learning_rate=0:1:3:log", axis), HasSubstr("not above 0"));
}

TEST_F(SweepFiles, EveryPointIsWhatItIsAlone) {
  const std::string path = folder_.string() + "/grid.csv";
  ASSERT_EQ(call_with(call(path, {"--jobs", "3"})).code, 0);
  SweepGrid grid;
  ASSERT_EQ(read_grid(path, grid), "");
  EXPECT_EQ(grid.metric, "norm(10, 0)");
  ASSERT_EQ(grid.values.size(), 6u);
  for (const auto& [point, value] : grid.values) {
    const std::vector<std::string> at = values_at(grid.axes, point);
    session::Session alone(configured(
        {"task.name=first-bit", "model.activation=" + at[0], "model.spectral_radius=" + at[1]}));
    for (int i = 0; i < 3; ++i) alone.iterate();
    const auto analysis = session::analyse(alone.record(), {});
    EXPECT_DOUBLE_EQ(value, std::pow(10.0, analysis->norms.log10_norm.at(10, 0))) << point;
  }
}

TEST_F(SweepFiles, ASweepThatWasCutOffGoesOnWhereItWas) {
  const std::string whole = folder_.string() + "/whole.csv", cut = folder_.string() + "/cut.csv";
  ASSERT_EQ(call_with(call(whole)).code, 0);
  const std::string text = text_of(whole);
  // After half of the fourth point's line.
  std::size_t end = 0;
  for (int line = 0; line < 5; ++line) end = text.find('\n', end) + 1;
  const std::string kept = text.substr(0, end + 5);
  file("cut.csv", kept);
  ASSERT_EQ(call_with(call(cut)).code, 0);
  EXPECT_EQ(lines(cut), lines(whole));
  EXPECT_EQ(text_of(cut).substr(0, end), text.substr(0, end));  // not measured again
  ASSERT_EQ(call_with(call(cut)).code, 0);
  EXPECT_EQ(text_of(cut).size(), text.size());
}

TEST_F(SweepFiles, ShardsMakeTheWhole) {
  const std::string whole = folder_.string() + "/whole.csv", parts = folder_.string() + "/part.csv";
  ASSERT_EQ(call_with(call(whole)).code, 0);
  std::vector<std::string> merging{"merge"};
  for (int shard = 1; shard <= 4; ++shard) {
    ASSERT_EQ(call_with(call(parts, {"--shard", std::to_string(shard) + "/4"})).code, 0);
    if (shard != 3) merging.push_back(shard_path(parts, shard, 4));
  }
  merging.insert(merging.end(), {"--output", folder_.string() + "/merged.csv"});
  EXPECT_THAT(call_with(merging).out, HasSubstr("5 points, and 1 not yet"));
  merging.insert(merging.begin() + 1, shard_path(parts, 3, 4));
  EXPECT_THAT(call_with(merging).err, HasSubstr("merged.csv"));  // is there
  merging.insert(merging.end(), {"--force", "--picture", folder_.string() + "/grid.svg", "--log"});
  const Outcome outcome = call_with(merging);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(text_of(folder_.string() + "/merged.csv"), text_of(whole));
  const std::string picture = text_of(folder_.string() + "/grid.svg");
  for (const char* words : {"relu", "1.5", "norm(10, 0)", "iterations=3 task.name=first-bit"})
    EXPECT_THAT(picture, HasSubstr(words));
}

// Three settings are panels; of seeds the mean is drawn, here of the two that differ by 2.
TEST_F(SweepFiles, APictureHasPanelsForAThirdSettingAndTheMeanOfSeeds) {
  const std::string path = folder_.string() + "/grid.csv", svg = folder_.string() + "/grid.svg";
  const Outcome outcome =
      call_with({"sweep", "--set", "task.name=first-bit", "--over", "task.steps=5,6,7", "--over",
                 "model.seed=1,2", "--over", "model.activation=tanh,relu", "--over",
                 "model.spectral_radius=0.5:1.5:3", "--metric", "spectral-radius", "--output", path,
                 "--picture", svg});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::string picture = text_of(svg);
  for (const char* words :
       {"Steps T = 5", "Steps T = 7", "relu", "1.5", "mean over 2 of model.seed"})
    EXPECT_THAT(picture, HasSubstr(words));
  // Three panels of six cells, each with a frame, and the bar's pieces.
  std::size_t rects = 0;
  for (std::size_t at = picture.find("<rect x="); at != std::string::npos;
       at = picture.find("<rect x=", at + 1))
    ++rects;
  EXPECT_EQ(rects, 1u + 3u * (6u + 1u) + 64u);
  refused({"sweep", "--over", "model.seed=1,2", "--output", folder_.string() + "/s.csv",
           "--picture", svg},
          "one to three --over");
}

TEST_F(SweepFiles, OtherDataUnderTheSameNameAreAnotherSweep) {
  const std::string path = folder_.string() + "/grid.csv";
  const auto with_data = [&](const char* shard) {
    return std::vector<std::string>{"sweep",
                                    "--set",
                                    "task.name=sequences",
                                    "--set",
                                    "task.file=" + folder_.string() + "/d.csv",
                                    "--over",
                                    "model.hidden=2,3",
                                    "--output",
                                    path,
                                    "--shard",
                                    shard};
  };
  file("d.csv", "0.1,0.2\n0.3,0.1\n0.2,0.4\n0.5,0.6\n");
  const Outcome first = call_with(with_data("1/2"));
  ASSERT_EQ(first.code, 0) << first.err;
  file("d.csv", "0.9,0.2\n0.3,0.1\n0.2,0.4\n0.5,0.6\n");
  refused(with_data("1/2"), "is the grid of another sweep");
  ASSERT_EQ(call_with(with_data("2/2")).code, 0);
  refused({"merge", shard_path(path, 1, 2), shard_path(path, 2, 2), "--output",
           folder_.string() + "/m.csv"},
          "of another sweep");
}

TEST_F(SweepFiles, ANumberIsOfTheProductsThatAreChosen) {
  const std::string path = folder_.string() + "/grid.csv";
  const auto words = [&](const char* metric, const std::vector<std::string>& more) {
    std::vector<std::string> all{
        "sweep",  "--set",         "model.cell=lstm", "--set", "task.name=adding",
        "--over", "task.seed=1,2", "--metric",        metric,  "--output",
        path};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const auto values = [&](const char* metric, const std::vector<std::string>& more) {
    std::filesystem::remove(path);
    const Outcome outcome = call_with(words(metric, more));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const std::string text = text_of(path);
    return text.substr(text.find('\n'));  // without the line that says which sweep it is
  };
  const std::string usual = values("norm(10, 0)", {});
  EXPECT_NE(values("norm(10, 0)", {"--norm", "frobenius"}), usual);
  EXPECT_NE(values("norm(10, 0)", {"--state", "cell"}), usual);
  EXPECT_NE(values("norm(10, 0)", {"--sequence", "2"}), usual);
  EXPECT_NE(values("reach", {"--epsilon", "0.5"}), values("reach", {}));
  const std::string condition = values("condition", {});
  EXPECT_THAT(condition, Not(HasSubstr("nan")));
  EXPECT_NE(values("condition", {"--product", "10:2"}), condition);
  refused(words("condition", {}), "is the grid of another sweep");
  std::filesystem::remove(path);
  refused(words("loss", {"--norm", "frobenius"}), "loss does not depend on all of norm=frobenius");
  refused(words("reach", {"--product", "3:1"}), "reach does not depend on all of product=3:1");
  refused(words("reach", {"--over", "model.cell=gru,lstm", "--state", "cell"}),
          "cannot be: --state cell is for model.cell = lstm");
}

TEST_F(SweepFiles, WhatCannotBeIsRefusedInASentence) {
  const std::string path = folder_.string() + "/grid.csv";
  refused({"sweep", "--output", path}, "needs --over");
  refused({"sweep", "--over", "task.steps=5:8:2", "--set", "task.name=adding"}, "--output");
  refused({"sweep", "--over", "model.hidden=0:8:3", "--output", path}, "cannot be: ");
  refused({"sweep", "--over", "model.hidden=1,2", "--over", "model.hidden=3,4", "--output", path},
          "twice");
  refused({"sweep", "--over", "model.hidden=1,2", "--metric", "los", "--output", path},
          "did you mean \"loss\"?");
  refused(call(path, {"--shard", "5/4"}), "--shard 5/4");
  refused(call(path, {"--picture", "a.csv"}), "--picture a.csv");
  const std::string svg = folder_.string() + "/nowhere/a.svg";
  refused(call(path, {"--picture", svg}), "--picture " + svg + ": there is no directory ");
  file("thesis.svg", "kept");
  const std::string thesis = folder_.string() + "/thesis.svg";
  refused(call(path, {"--picture", thesis}), "--picture " + thesis + " exists");
  EXPECT_EQ(text_of(thesis), "kept");
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_EQ(call_with(call(path)).code, 0);
  const std::string before = text_of(path);
  refused(call(path, {"--set", "model.hidden=3"}), "is the grid of another sweep");
  EXPECT_EQ(text_of(path), before);
  const std::string other = folder_.string() + "/other.csv";
  ASSERT_EQ(call_with(call(other, {"--set", "model.hidden=3"})).code, 0);
  refused({"merge", path, other, "--output", folder_.string() + "/m.csv"}, "of another sweep");
  std::string changed = before;
  changed.replace(changed.rfind(',') + 1, 1, "7");
  refused({"merge", path, file("changed.csv", changed), "--output", folder_.string() + "/m.csv"},
          "has another value of point");
  for (const auto& [from, to, error] : std::vector<std::array<std::string, 3>>{
           {"\n5,", "\n18446744073709551615,",
            "has in line 8 a point that the sweep does not have"},
           {"\n5,relu", "\n5,tanh", "a point that the sweep does not have"},
           {"points=6", "points=7", "does not say in its first line which points"},
           {"point,model.activation,", "point,", "has other names in its second line"}}) {
    std::string wrong = before;
    ASSERT_NE(wrong.find(from), std::string::npos) << from;
    wrong.replace(wrong.find(from), from.size(), to);
    refused({"merge", path, file("wrong.csv", wrong), "--output", folder_.string() + "/m.csv"},
            error);
  }
  refused({"merge", file("no.csv", "a,b\n"), "--output", folder_.string() + "/m.csv"},
          "is no grid of backflow sweep");
}

}  // namespace
}  // namespace backflow::cli
