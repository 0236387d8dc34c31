// The command line as a user meets it: results, every error sentence, exit codes.
#include "app/cli/command_line.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "app/figure/catalogue.h"
#include "app/session/session.h"
#include "core/config/keys.h"

namespace backflow::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

struct Outcome {
  int code;
  std::string out, err;
};

Outcome backflow(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "backflow");
  std::ostringstream out, err;
  const int code = run(static_cast<int>(arguments.size()), arguments.data(), out, err);
  return {code, out.str(), err.str()};
}

// A bad request: exit 2, nothing on standard output, one sentence on standard error.
void expect_refused(std::vector<const char*> arguments, const std::string& part) {
  const Outcome outcome = backflow(arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, AllOf(StartsWith("backflow: "), HasSubstr(part)));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<double> numbers_of(const std::string& line) {
  std::vector<double> numbers;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) numbers.push_back(std::stod(field));
  return numbers;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Export : public ::testing::Test {
protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("backflow-cli-test-" + std::to_string(getpid()));
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }

  fs::path directory_;
};

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

TEST_F(Export, CheckStartsFromTheMatrixOfAFileAndRefusesABadOne) {
  const std::string good = path("good.csv"), bad = path("bad.csv");
  std::ofstream(good) << "0.5;0.1\n-0.1;0.5\n";
  std::ofstream(bad) << "0.5;0.1\n-0.1;0,5\n";
  const std::string good_file = "model.init_file=" + good, bad_file = "model.init_file=" + bad;
  const Outcome outcome = backflow(
      {"check", "--set", "model.init=file", "--set", good_file.c_str(), "--set", "model.hidden=2"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  expect_refused({"check", "--set", "model.init=file", "--set", bad_file.c_str()},
                 " has \"0,5\" in line 2, column 2, which is not a number; allowed: the path of a");
  expect_refused({"check", "--set", "model.init=file", "--set", "model.init_file=/no/such"},
                 "model.init_file = \"/no/such\" does not exist; allowed: ");
  expect_refused({"check", "--set", "model.init=file"}, "needs model.init_file");
  expect_refused({"check", "--set", "model.init=file", "--set", good_file.c_str()},
                 "where W_hh is 8 × 8; model.hidden = 2 would fit");
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

TEST_F(Export, LossCsvIsTheCurveOfTheRun) {
  const Outcome outcome =
      backflow({"export", "--iterations", "25", "--figure", "loss", "--output", "-"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, IsEmpty());
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 26u);
  EXPECT_EQ(lines[0], "iteration,loss,validation_loss");
  session::Session session{config::Config{}};
  for (int i = 0; i < 25; ++i) {
    session.iterate();
    const auto numbers = numbers_of(lines[static_cast<std::size_t>(i) + 1]);
    ASSERT_EQ(numbers.size(), 3u);
    EXPECT_EQ(numbers[0], i);
    EXPECT_EQ(numbers[1], session.record()->trace.loss);  // the same bits
  }
}

TEST_F(Export, GradientNormCsvShowsTheClipping) {
  const Outcome outcome =
      backflow({"export", "--set", "training.clip.threshold=0.01", "--iterations", "5", "--figure",
                "gradient-norm", "--output", "-"});
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[0], "iteration,before_clip,after_clip,threshold");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto numbers = numbers_of(lines[i]);
    ASSERT_EQ(numbers.size(), 4u);
    EXPECT_GT(numbers[1], 0.01);
    EXPECT_NEAR(numbers[2], 0.01, 1e-14);
    EXPECT_EQ(numbers[3], 0.01);
  }
}

TEST_F(Export, JacobianCsvHasEveryPairAndTheClosedForm) {
  const Outcome outcome =
      backflow({"export", "--set", "task.name=first-bit", "--set", "task.steps=40", "--set",
                "model.activation=identity", "--set", "model.init=orthogonal", "--set",
                "model.spectral_radius=0.5", "--figure", "jacobian-norms", "--norm", "spectral",
                "--sequence", "2", "--output", "-"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 1u + 41u * 42u / 2u);
  EXPECT_EQ(lines[0], "t,k,log10_norm");
  std::size_t line = 1;
  for (int t = 0; t <= 40; ++t)
    for (int k = 0; k <= t; ++k) {
      const auto numbers = numbers_of(lines[line++]);
      ASSERT_EQ(numbers[0], t);
      ASSERT_EQ(numbers[1], k);
      ASSERT_NEAR(numbers[2], (t - k) * std::log10(0.5), 1e-12 * (t - k + 1));
    }
}

TEST_F(Export, FrobeniusNormIsAnotherMap) {
  const Outcome outcome =
      backflow({"export", "--figure", "jacobian-norms", "--norm", "frobenius", "--output", "-"});
  // ‖I‖_F = √8 for the default of eight units.
  EXPECT_NEAR(numbers_of(lines_of(outcome.out)[1])[2], 0.5 * std::log10(8.0), 1e-15);
}

TEST_F(Export, MapOfTheCellStateIsThatOfTheForgetGate) {
  const Outcome outcome =
      backflow({"export", "--set", "model.cell=lstm", "--iterations", "3", "--figure",
                "jacobian-norms", "--state", "cell", "--output", "-"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto lines = lines_of(outcome.out);
  EXPECT_EQ(lines[0], "t,k,log10_norm_cell");
  config::Config config;
  ASSERT_EQ(config::set_key(config, "model.cell=lstm"), "");
  session::Session session{config};
  for (int i = 0; i < 3; ++i) session.iterate();
  // Over one step, h held: ∂c_t/∂c_{t−1} = diag(f_t).
  for (const std::string& line : lines) {
    if (line == lines[0]) continue;
    const auto numbers = numbers_of(line);
    const auto t = static_cast<model::Index>(numbers[0]);
    if (t - static_cast<model::Index>(numbers[1]) != 1) continue;
    const double a = session.record()->trace.a.step(t).col(0).segment(8, 8).maxCoeff();
    EXPECT_NEAR(numbers[2], -std::log10(1.0 + std::exp(-a)), 1e-14);
  }
}

TEST_F(Export, WritesEveryFormatOfEveryFigure) {
  const std::string all = path("all/of/it");
  const Outcome outcome = backflow({"export", "--iterations", "30", "--all", all.c_str()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(lines_of(outcome.out).size(), 3 * figure::catalogue().size());
  for (const figure::FigureInfo& info : figure::catalogue()) {
    const fs::path stem = fs::path(all) / info.name;
    EXPECT_THAT(read(stem.string() + ".svg"), AllOf(HasSubstr("<svg"), HasSubstr("</svg>")));
    EXPECT_THAT(read(stem.string() + ".png"), StartsWith("\x89PNG"));
    // Without a walk the explanation is one formula.
    EXPECT_GT(lines_of(read(stem.string() + ".csv")).size(), info.name == "explanation" ? 1u : 3u);
  }
}

TEST_F(Export, TheSameRequestGivesTheSameBytes) {
  const std::string first = path("first.svg"), second = path("second.svg");
  for (const std::string& file : {first, second})
    ASSERT_EQ(backflow({"export", "--iterations", "40", "--figure", "jacobian-norms", "--output",
                        file.c_str()})
                  .code,
              0);
  EXPECT_EQ(read(first), read(second));
}

TEST_F(Export, EachPositionOfTheWalkHasItsGradientBars) {
  for (const char* figure : {"unrolled", "folded"}) {
    std::vector<std::string> files;
    // With 3 steps: forward, the loss, back, clipped, updated.
    for (const char* position : {"2", "4", "6", "8", "9"}) {
      const std::string file = path(std::string(figure) + position + ".svg");
      const Outcome outcome =
          backflow({"export", "--iterations", "2", "--figure", figure, "--playhead", position,
                    "--height", "600", "--output", file.c_str()});
      ASSERT_EQ(outcome.code, 0) << outcome.err;
      files.push_back(read(file));
      EXPECT_THAT(files.back(), Not(HasSubstr("adding up")));
    }
    EXPECT_THAT(files[2], HasSubstr("gradient"));
    for (std::size_t i = 0; i < files.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) EXPECT_NE(files[i], files[j]) << figure << i << j;
    const std::string file = path("none.svg");
    for (const char* position : {"10", "0", "-1", "x"})
      expect_refused(
          {"export", "--figure", figure, "--playhead", position, "--output", file.c_str()},
          "--playhead");
  }
}

TEST_F(Export, ThemeAndSizeReachTheFile) {
  const std::string file = path("small.svg");
  ASSERT_EQ(backflow({"export", "--figure", "loss", "--theme", "dark", "--width", "333", "--height",
                      "222", "--output", file.c_str()})
                .code,
            0);
  EXPECT_THAT(read(file), AllOf(HasSubstr("333"), HasSubstr("222")));
  const std::string light = path("light.svg");
  ASSERT_EQ(backflow({"export", "--figure", "loss", "--width", "333", "--height", "222", "--output",
                      light.c_str()})
                .code,
            0);
  EXPECT_NE(read(file), read(light));
}

TEST_F(Export, AFileThatCannotBeWrittenIsAFailureThatLeavesNothing) {
  const std::string target = path("file");
  std::ofstream(target) << "kept";
  const std::string inside = target + "/loss.svg";  // a file is not a directory
  EXPECT_EQ(backflow({"export", "--figure", "loss", "--output", inside.c_str()}).code, 2);
  EXPECT_EQ(read(target), "kept");
  const std::string directory = path("directory.svg");
  fs::create_directory(directory);
  EXPECT_EQ(backflow({"export", "--figure", "loss", "--output", directory.c_str()}).code, 2);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), {}), 2);
}

TEST_F(Export, DivergenceIsToldAndTheFigureIsStillMade) {
  const std::string file = path("loss.csv");
  const Outcome outcome = backflow({"export",
                                    "--set",
                                    "task.name=first-bit",
                                    "--set",
                                    "task.steps=60",
                                    "--set",
                                    "model.activation=relu",
                                    "--set",
                                    "model.spectral_radius=1.5",
                                    "--set",
                                    "training.learning_rate=100",
                                    "--set",
                                    "training.clip.mode=none",
                                    "--set",
                                    "model.readout=identity",
                                    "--iterations",
                                    "1000",
                                    "--figure",
                                    "loss",
                                    "--output",
                                    file.c_str()});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("training stopped at iteration"), HasSubstr("is not finite")));
  const auto lines = lines_of(read(file));
  ASSERT_GE(lines.size(), 3u);
  EXPECT_LT(lines.size(), 1000u);
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
