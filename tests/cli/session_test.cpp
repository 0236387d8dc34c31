// backflow … --session: commands that go on where a saved session stood.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/comparison.h"
#include "app/session/session_file.h"
#include "core/config/keys.h"
#include "tests/cli/program_call.h"
#include "tests/support/configured.h"

namespace backflow::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
namespace fs = std::filesystem;

void iterate(session::Comparison& networks, int count) {
  networks.execute(session::Run{});
  for (int i = 0; i < count; ++i) networks.iterate();
  networks.execute(session::Pause{});
}

class FromASession : public InTemporaryFolder {
protected:
  FromASession()
      : networks_(support::configured(
            {"model.cell=gru", "model.hidden=3", "training.optimizer=adam", "task.name=parity"})) {}

  const char* save(const std::string& name = "a.backflow.json") {
    file_ = path(name);
    std::ofstream(file_) << session::session_text(networks_.saved());
    return file_.c_str();
  }
  // Losses by iteration that `export --figure loss` writes.
  std::vector<double> losses(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), {"export", "--figure", "loss", "--output", "-"});
    const Outcome outcome = backflow(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    std::vector<double> found;
    const auto lines = lines_of(outcome.out);
    for (std::size_t i = 1; i < lines.size(); ++i) found.push_back(numbers_of(lines[i])[1]);
    return found;
  }
  static std::vector<double> losses(const session::Session& session) {
    const session::Snapshot snapshot = session.snapshot();
    std::vector<double> found;
    for (std::size_t i = 0; i < snapshot.history.size(); ++i)
      found.push_back(snapshot.history.value(training::Series::loss, i));
    return found;
  }

  session::Comparison networks_;
  std::string file_;
};

TEST_F(FromASession, TheFiguresAreThoseOfTheSavedState) {
  iterate(networks_, 7);
  const char* file = save();
  EXPECT_EQ(losses({"--session", file}), losses(networks_.a()));
  const Outcome weights =
      backflow({"export", "--session", file, "--figure", "weights", "--output", "-"});
  EXPECT_EQ(weights.code, 0) << weights.err;
  EXPECT_THAT(weights.out,
              HasSubstr(config::format_number(
                  networks_.saved().networks[0].state.setup.model.parameters.W_hh(0, 0))));
}

TEST_F(FromASession, TrainingGoesOnFromThere) {
  iterate(networks_, 7);
  const char* file = save();
  iterate(networks_, 5);
  EXPECT_EQ(losses({"--session", file, "--iterations", "5"}), losses(networks_.a()));
}

TEST_F(FromASession, AKeyThatIsSetKeepsTheWeights) {
  iterate(networks_, 7);
  const char* file = save();
  for (const auto& [key, value] :
       {std::pair("training.learning_rate", "0.01"), std::pair("model.spectral_radius", "1")})
    networks_.execute(session::SetKey{key, value});
  iterate(networks_, 5);
  EXPECT_EQ(losses({"--session", file, "--set", "training.learning_rate=0.01", "--set",
                    "model.spectral_radius=1", "--iterations", "5"}),
            losses(networks_.a()));
}

TEST_F(FromASession, AKeyThatNeedsNewWeightsIsRefused) {
  const char* file = save();
  for (const char* key : {"model.hidden=4", "model.cell=lstm", "task.name=adding"})
    expect_refused({"export", "--session", file, "--set", "training.l2=0.1", "--set", key,
                    "--figure", "loss", "--output", "-"},
                   std::string("--set ") + key +
                       " needs new weights, but those of the session are to be kept");
  expect_refused({"check", "--session", file, "--set", "model.hiden=4"}, "unknown key");
  // The value that the session has anyway is none to refuse.
  EXPECT_EQ(backflow({"check", "--session", file, "--set", "model.hidden=3"}).code, 0);
}

TEST_F(FromASession, OfTwoNetworksOneIsChosen) {
  iterate(networks_, 3);
  networks_.execute(session::StartComparison{});
  networks_.execute(session::on_b(session::SetKey{"training.learning_rate", "0.01"}));
  iterate(networks_, 4);
  const char* file = save();
  iterate(networks_, 2);
  EXPECT_NE(losses(networks_.a()), losses(*networks_.b()));
  EXPECT_EQ(losses({"--session", file, "--iterations", "2"}), losses(networks_.a()));
  EXPECT_EQ(losses({"--session", file, "--iterations", "2", "--network", "B"}),
            losses(*networks_.b()));
  expect_refused({"check", "--network", "B"}, "--network is for --session");
  networks_.execute(session::EndComparison{});
  const char* alone = save("alone.json");
  expect_refused({"check", "--session", alone, "--network", "B"},
                 "--network B is for a session with two networks; ");
}

TEST_F(FromASession, ABadFileIsOneSentenceWithItsName) {
  const std::string missing = path("none.backflow.json"), bad = path("bad.backflow.json"),
                    newer = path("newer.backflow.json");
  std::ofstream(bad) << "{\"format\": \"backflow session\", ";
  std::string text = session::session_text(networks_.saved());
  const std::string version = "\"format_version\": 1";
  text.replace(text.find(version), version.size(), "\"format_version\": 12");
  std::ofstream(newer) << text;
  for (const char* command : {"export", "report", "animate", "check"}) {
    expect_refused({command, "--session", missing.c_str()}, missing + " does not exist");
    expect_refused({command, "--session", bad.c_str()}, bad + " is not valid JSON in line 1");
    expect_refused({command, "--session", newer.c_str()}, newer + " has format_version 12");
  }
  expect_refused({"--session", missing.c_str()}, missing + " does not exist");
  expect_refused({"--session", missing.c_str(), "check"}, missing + " does not exist");
}

TEST_F(FromASession, CheckReportAndAnimateTakeItToo) {
  iterate(networks_, 7);
  const char* file = save();
  const Outcome check = backflow({"--session", file, "check"});
  EXPECT_EQ(check.code, 0) << check.err;
  // Not the gradients of fresh weights.
  const Outcome fresh = backflow(
      {"check", "--set", "model.cell=gru", "--set", "model.hidden=3", "--set", "task.name=parity"});
  EXPECT_NE(check.out, fresh.out);
  const std::string page = path("a.html"), pictures = path("pictures");
  EXPECT_EQ(backflow({"report", "--session", file, "--output", page.c_str()}).code, 0);
  EXPECT_THAT(read(page), HasSubstr("7 iterations"));
  const Outcome animation = backflow({"animate", "--session", file, "--iterations", "4", "--every",
                                      "2", "--figure", "loss", "--output", pictures.c_str()});
  EXPECT_EQ(animation.code, 0) << animation.err;
  // At 8, 10 and, the end, 11 iterations.
  EXPECT_EQ(std::distance(fs::directory_iterator(pictures), {}), 3);
}

TEST_F(FromASession, AfterADivergenceItIsToldAndTheStateIsShown) {
  for (const auto& [key, value] :
       {std::pair("task.name", "sine"), std::pair("model.cell", "rnn"),
        std::pair("model.activation", "relu"), std::pair("training.clip.mode", "none"),
        std::pair("training.optimizer", "sgd"), std::pair("training.learning_rate", "100")})
    networks_.execute(session::SetKey{key, value});
  iterate(networks_, 400);
  ASSERT_TRUE(networks_.a().has_stopped());
  const char* file = save();
  const Outcome outcome =
      backflow({"export", "--session", file, "--figure", "loss", "--output", "-"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("training stopped at iteration"));
}

}  // namespace
}  // namespace backflow::cli
