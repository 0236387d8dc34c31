// backflow export: what it writes, and what it refuses.
#include "app/cli/export_command.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "app/session/session.h"
#include "core/config/keys.h"
#include "tests/cli/program_call.h"

namespace backflow::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Export = InTemporaryFolder;
namespace fs = std::filesystem;

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
  EXPECT_EQ(backflow({"check", "--set", good_file.c_str()}).code, 0);  // with two hidden units
  expect_refused({"check", "--set", good_file.c_str(), "--set", "model.hidden=8"},
                 "where W_hh is 8 × 8; model.hidden = 2 would fit");
}

TEST_F(Export, LossCsvIsTheCurveOfTheRun) {
  const Outcome outcome =
      backflow({"export", "--iterations", "25", "--figure", "loss", "--output", "-"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, IsEmpty());
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 26u);
  EXPECT_EQ(lines[0], "iteration,loss,validation_loss,chance");
  session::Session session{config::Config{}};
  for (int i = 0; i < 25; ++i) {
    session.iterate();
    const auto numbers = numbers_of(lines[static_cast<std::size_t>(i) + 1]);
    ASSERT_EQ(numbers.size(), 4u);
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
  model::Index steps = 0;
  for (const std::string& line : lines) {
    if (line == lines[0]) continue;
    const auto numbers = numbers_of(line);
    const auto t = static_cast<model::Index>(numbers[0]);
    if (t - static_cast<model::Index>(numbers[1]) != 1) continue;
    const double a = session.record()->trace.a.step(t).col(0).segment(8, 8).maxCoeff();
    EXPECT_NEAR(numbers[2], -std::log10(1.0 + std::exp(-a)), 1e-14);
    ++steps;
  }
  EXPECT_EQ(steps, session.record()->trace.steps());
}

TEST_F(Export, WritesEveryFormatOfEveryFigure) {
  const std::string all = path("all/of/it");
  const Outcome outcome = backflow({"export", "--iterations", "30", "--all", all.c_str()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(lines_of(outcome.out).size(), 5 * (figure::catalogue().size() - 1));
  for (const figure::FigureInfo& info : figure::catalogue()) {
    const fs::path stem = fs::path(all) / info.name;
    if (info.of_gates) {  // the vanilla cell has none
      EXPECT_FALSE(fs::exists(stem.string() + ".csv"));
      continue;
    }
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

}  // namespace
}  // namespace backflow::cli
