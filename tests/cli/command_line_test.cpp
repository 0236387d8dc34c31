// The command line as a user meets it: results, every error sentence, exit codes.
#include "app/cli/command_line.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "core/config/keys.h"
#include "tests/cli/program_call.h"

namespace backflow::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

TEST(CommandLine, HelpAndVersionGoToStandardOutput) {
  for (const char* flag : {"--help", "-h"}) {
    const Outcome outcome = backflow({flag});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("--set"), HasSubstr("export"), HasSubstr("keys")));
    EXPECT_THAT(outcome.err, IsEmpty());
  }
  EXPECT_THAT(backflow({"export", "--help"}).out,
              AllOf(HasSubstr("--figure"), HasSubstr("--iterations"), HasSubstr("--norm")));
  EXPECT_THAT(backflow({"--version"}).out, MatchesRegex("backflow [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(CommandLine, ListsHaveOneLineForEachEntry) {
  const Outcome figures = backflow({"figures"});
  EXPECT_EQ(figures.code, 0);
  EXPECT_EQ(lines_of(figures.out).size(), figure::catalogue().size());
  for (const char* name : {"unrolled", "loss", "gradient-norm", "jacobian-norms"})
    EXPECT_THAT(figures.out, HasSubstr(name));
  const Outcome tasks = backflow({"tasks"});
  for (const char* name : {"cat-mat-rat", "binary-table", "first-bit"})
    EXPECT_THAT(tasks.out, HasSubstr(name));
  const Outcome keys = backflow({"keys"});
  EXPECT_EQ(lines_of(keys.out).size(), config::keys().size());
  EXPECT_THAT(keys.out, HasSubstr("numbers from 0.0001 to 10"));
}

TEST(CommandLine, CheckComparesEveryTensorWithDifferences) {
  for (const char* setting :
       {"model.activation=tanh", "model.readout=softmax", "task.shape=many-to-many"}) {
    const Outcome outcome = backflow({"check", "--set", setting});
    EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
    const auto lines = lines_of(outcome.out);
    ASSERT_EQ(lines.size(), 5u);
    for (const std::string& line : lines)
      EXPECT_THAT(line, MatchesRegex("[Wb]_[hxy]+ +ok +worst relative error .*"));
  }
  expect_refused({"check", "--set", "model.hidden=0"}, "model.hidden");
}

TEST(CommandLine, CheckHoldsForEveryCellLengthAndTruncation) {
  for (const char* cell :
       {"model.cell=rnn", "model.cell=gru", "model.cell=gru-original", "model.cell=lstm"})
    for (const char* truncation :
         {"training.truncation=none", "training.truncation=horizon", "training.truncation=chunks"})
      for (const char* shape : {"task.shape=many-to-one", "task.shape=many-to-many"}) {
        const Outcome outcome = backflow(
            {"check", "--set", cell, "--set", truncation, "--set", shape, "--set",
             "training.truncation.steps=3", "--set", "task.name=first-bit", "--set", "task.steps=8",
             "--set", "task.length_min=4", "--set", "task.batch=4", "--set", "model.hidden=3"});
        EXPECT_EQ(outcome.code, 0) << cell << truncation << shape << '\n' << outcome.out;
        EXPECT_EQ(lines_of(outcome.out).size(), 5u);
      }
}

TEST(CommandLine, CheckNamesTheGate) {
  const auto lines = lines_of(backflow({"check", "--set", "model.cell=lstm"}).out);
  ASSERT_EQ(lines.size(), 5u);
  const std::string gate = "gate (input|forget|cell|output), row [1-8]";
  EXPECT_THAT(lines[0], ::testing::ContainsRegex("^W_xh .* at " + gate + ", column [1-3]:"));
  EXPECT_THAT(lines[1], ::testing::ContainsRegex("^W_hh .* at " + gate + ", column [1-8]:"));
  EXPECT_THAT(lines[2], ::testing::ContainsRegex("^b_h .* at " + gate + ":"));
  EXPECT_THAT(lines[3], ::testing::ContainsRegex("^W_hy .* at row 1, column [1-8]:"));
  EXPECT_THAT(lines[4], ::testing::ContainsRegex("^b_y .* at row 1:"));
}

TEST(CommandLine, UnknownWordsNameTheNearestMatch) {
  expect_refused({"exprot"}, "did you mean \"export\"?");
  expect_refused({"export", "--figrue", "loss"}, "did you mean \"--figure\"?");
  expect_refused({"--sett", "a=b"}, "did you mean \"--set\"?");
}

TEST(CommandLine, BadKeysAndValuesAreOneSentence) {
  expect_refused({"export", "--set", "model.activaton=relu"}, "did you mean \"model.activation\"?");
  expect_refused({"export", "--set", "model.activation=rleu"}, "did you mean \"relu\"?");
  expect_refused({"export", "--set", "model.spectral_radius=20"}, "the nearest is 10");
  expect_refused({"export", "--set", "model.spectral_radius=abc"}, "is not a number");
  expect_refused({"export", "--set", "model.spectral_radius=nan"}, "is not a number");
  expect_refused({"export", "--set", "model.hidden=2.5"}, "is not a whole number");
  expect_refused({"export", "--set", "model.hidden=8x"}, "is not a whole number");
  expect_refused({"export", "--set", "task.steps=1001"}, "the nearest is 1000");
  expect_refused({"export", "--set", "model.hidden"}, "is not of the form key=value");
  expect_refused({"export", "--set", "task.steps=9"}, "always has 3");
  expect_refused({"export", "--set", "model.readout=softmax", "--set", "model.loss=bce"},
                 "does not go with");
  expect_refused({"export", "--set"}, "--set");
}

TEST(CommandLine, BadExportRequestsAreOneSentence) {
  expect_refused({"export"}, "--figure");
  expect_refused({"export", "--figure", "loss"}, "--output");
  expect_refused({"export", "--figure", "lsos", "--output", "a.svg"}, "did you mean \"loss\"?");
  expect_refused({"export", "--figure", "loss", "--output", "a.bmp"}, "does not end in .svg");
  expect_refused({"export", "--figure", "loss", "--output", "/no/such/place/a.svg"},
                 "there is no directory /no/such/place");
  expect_refused({"export", "--figure", "loss", "--output", "-", "--iterations", "-1"},
                 "--iterations");
  expect_refused({"export", "--figure", "loss", "--output", "-", "--iterations", "ten"},
                 "--iterations");
  expect_refused({"export", "--figure", "loss", "--output", "-", "--norm", "nuclear"}, "--norm");
  expect_refused({"export", "--figure", "loss", "--output", "-", "--sequence", "4"},
                 "the batch has 3");
  expect_refused({"export", "--figure", "loss", "--output", "-", "--state", "memory"}, "--state");
  for (const char* cell : {"model.cell=rnn", "model.cell=gru"})
    for (const char* state : {"cell", "full"})
      expect_refused({"export", "--figure", "jacobian-norms", "--output", "-", "--set", cell,
                      "--state", state},
                     "is for model.cell = lstm");
  expect_refused({"export", "--figure", "loss", "--output", "-", "--sequence", "0"}, "--sequence");
  for (const char* pair : {"3", "2:3", "3:", ":1", "3:1x", "3:-1", "a:b"})
    expect_refused({"export", "--figure", "spectrum", "--output", "-", "--product", pair},
                   "is not two steps");
  expect_refused({"export", "--figure", "spectrum", "--output", "-", "--product", "4:1"},
                 "the sequence has 3 steps");
  expect_refused({"export", "--all", "x", "--figure", "loss"}, "leave out");
}

#ifdef BACKFLOW_HAS_WINDOW
TEST(CommandLine, BadWindowOptionsAreOneSentence) {
  expect_refused({"--size", "big"}, "is not of the form WxH");
  expect_refused({"--size", "1280x800x2"}, "is not of the form WxH");
  expect_refused({"--scale", "0"}, "--scale");
  expect_refused({"--screenshot", "a.png"}, "needs --frames");
  expect_refused({"--set", "model.hidden=0"}, "allowed: whole numbers from 1 to 512");
}
#endif

}  // namespace
}  // namespace backflow::cli
