// Networks and data of the user's on the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/program_call.h"

namespace backflow::cli {
namespace {

using OwnModel = InTemporaryFolder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kModels = BACKFLOW_SOURCE_DIR "/tests/golden/models/";

TEST_F(OwnModel, AFigureOfANetworkAndItsInputs) {
  const std::string model = kModels + "lstm-2-float64.safetensors", x = kModels + "x.npy";
  const Outcome outcome =
      backflow({"export", "--model", model.c_str(), "--input", x.c_str(), "--figure",
                "jacobian-norms", "--norm", "frobenius", "--state", "full", "--output", "-"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 1u + 28u);  // 0 ≤ k ≤ t ≤ 6
  EXPECT_EQ(lines[0], "t,k,log10_norm_full");
}

TEST_F(OwnModel, TargetsLetItTrain) {
  const std::string model = kModels + "gru-1-float64.safetensors", x = kModels + "x.npy",
                    y = kModels + "y.npy";
  const Outcome outcome =
      backflow({"export", "--model", model.c_str(), "--input", x.c_str(), "--targets", y.c_str(),
                "--iterations", "30", "--figure", "loss", "--output", "-"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 31u);
  EXPECT_LT(std::stod(lines[30].substr(3)), std::stod(lines[1].substr(2)));
  const Outcome check =
      backflow({"check", "--model", model.c_str(), "--input", x.c_str(), "--targets", y.c_str()});
  EXPECT_EQ(check.code, 0) << check.out;
}

TEST_F(OwnModel, WithoutTargetsNothingIsTrainedAndThatIsSaid) {
  const std::string model = kModels + "gru-1-float64.safetensors";
  const Outcome outcome = backflow({"export", "--model", model.c_str(), "--iterations", "30",
                                    "--figure", "gradient-by-lag", "--output", "-"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("nothing to train for"));
  expect_refused({"check", "--model", model.c_str()}, "no gradient to check");
  const std::string gif = path("a.gif");
  expect_refused({"animate", "--model", model.c_str(), "--output", gif.c_str()},
                 "no training to animate");
}

TEST_F(OwnModel, WhatIsWrongIsOneSentence) {
  const std::string model = kModels + "gru-1-float64.safetensors", x = kModels + "x.npy";
  expect_refused({"export", "--model", "/no/such", "--figure", "loss", "--output", "-"},
                 "model.file = \"/no/such\" does not exist");
  expect_refused({"check", "--model", x.c_str()}, "has no tensor named like \"weight_hh_l0\"");
  expect_refused({"check", "--model", model.c_str(), "--layer", "2"}, "network has one layer");
  expect_refused({"check", "--model", model.c_str(), "--direction", "sideways"},
                 "model.direction = \"sideways\" is not one of forward, backward");
  std::ofstream(path("three.csv")) << "a,b,c,d,y\n1,2,3,4,5\n";
  const std::string wide = path("three.csv");
  expect_refused({"check", "--model", model.c_str(), "--input", wide.c_str()},
                 "has d = 4 inputs in its file, but the network in model.file takes 3");
}

TEST_F(OwnModel, NumbersThatAreNotFiniteAreLoadedAndTold) {
  std::string bytes = read(kModels + "rnn-tanh-1-float32.safetensors");
  // bias_hh comes third of the four tensors in the file's own order; any last float will do.
  bytes.replace(bytes.size() - 4, 4, std::string("\0\0\xC0\x7F", 4));
  std::ofstream(path("nan.safetensors"), std::ios::binary) << bytes;
  const std::string model = path("nan.safetensors");
  const Outcome outcome =
      backflow({"export", "--model", model.c_str(), "--figure", "jacobian-norms", "--output", "-"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("has 1 number not finite, the first in row "));
}

}  // namespace
}  // namespace backflow::cli
