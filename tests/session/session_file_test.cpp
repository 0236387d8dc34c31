// Sessions as text: what was saved is opened with the same bits and goes on with the same bits, and
// what is no session is refused with one sentence that says where.
#include "app/session/session_file.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <gmock/gmock.h>

#include "app/session/curve_thinning.h"
#include "app/session/json_text.h"
#include "tests/session/compared.h"
#include "tests/support/configured.h"
#include "tests/support/temporary_folder.h"

namespace backflow::session {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class SessionFile : public support::TemporaryFolder {};

SavedSession reread(const SavedSession& saved) {
  SavedSession read;
  EXPECT_EQ(parse_session(session_text(saved), read), "");
  return read;
}

void expect_same_bits(const training::TrainerState& a, const training::TrainerState& b) {
  EXPECT_EQ(a.setup.iteration, b.setup.iteration);
  EXPECT_TRUE(same_bits(a.setup.model.parameters, b.setup.model.parameters));
  EXPECT_TRUE(same_bits(a.best, b.best));
  EXPECT_EQ(support::bits_of(a.best_loss), support::bits_of(b.best_loss));
  EXPECT_EQ(a.best_iteration, b.best_iteration);
  EXPECT_EQ(a.setup.optimizer.kind, b.setup.optimizer.kind);
  EXPECT_EQ(a.setup.optimizer.updates, b.setup.optimizer.updates);
  EXPECT_TRUE(same_bits(a.setup.optimizer.first, b.setup.optimizer.first));
  EXPECT_TRUE(same_bits(a.setup.optimizer.second, b.setup.optimizer.second));
}

// Weights that overflow at once.
SetRecurrentWeights huge_weights(const Comparison& networks) {
  const model::Matrix& W = networks.a().record()->model.parameters.W_hh;
  const double huge = std::numeric_limits<double>::max();
  return {model::Matrix::Constant(W.rows(), W.cols(), huge), "Huge"};
}

// Trains both on in the same way, which is to lead to the same bits.
void expect_same_future(Comparison& never_saved, Comparison& opened) {
  for (int round = 0; round < 2; ++round) {
    iterate(never_saved, 20);
    iterate(opened, 20);
    const SavedSession a = never_saved.saved(), b = opened.saved();
    ASSERT_EQ(a.networks.size(), b.networks.size());
    for (std::size_t i = 0; i < a.networks.size(); ++i)
      expect_same_bits(a.networks[i].state, b.networks[i].state);
    EXPECT_EQ(session_text(a), session_text(b));
    // The second time after what a person does against a divergence.
    for (Comparison* networks : {&never_saved, &opened})
      networks->execute(SetKey{"model.spectral_radius", "0.5"});
  }
}

struct Case {
  const char* cell;
  const char* optimizer;
  bool compared, diverged;
};

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const char* cell : {"rnn", "gru", "lstm"})
    for (const char* optimizer : {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"})
      for (const bool compared : {false, true})
        for (const bool diverged : {false, true})
          cases.push_back({cell, optimizer, compared, diverged});
  return cases;
}

TEST_F(SessionFile, TrainingGoesOnWithTheSameBits) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(std::string(c.cell) + " " + c.optimizer + (c.compared ? ", A and B" : "") +
                 (c.diverged ? ", diverged" : ""));
    Comparison never_saved(support::configured(
        {std::string("model.cell=") + c.cell, std::string("training.optimizer=") + c.optimizer,
         "training.learning_rate=0.01", "task.name=first-bit", "task.steps=7", "task.batch=3",
         "model.hidden=4", "model.initial_state=random", "training.validation_every=4",
         "training.schedule=step", "training.schedule.step_size=9"}));
    iterate(never_saved, 11);
    if (c.compared) {
      never_saved.execute(StartComparison{});
      never_saved.execute(on_b(SetKey{"model.activation", "relu"}));
      never_saved.execute(on_b(SetKey{"training.optimizer", "adam"}));
      iterate(never_saved, 5);
    }
    if (c.diverged) {
      never_saved.execute(huge_weights(never_saved));
      iterate(never_saved, 3);
      ASSERT_TRUE(never_saved.a().has_stopped());
    }
    const SavedSession saved = never_saved.saved();
    ASSERT_EQ(saved.networks.size(), c.compared ? 2u : 1u);
    const SavedSession read = reread(saved);
    EXPECT_EQ(session_text(read), session_text(saved));
    Comparison opened(read);
    EXPECT_EQ(opened.a().has_stopped(), c.diverged);
    expect_same_future(never_saved, opened);
    if (HasFailure()) return;
  }
}

TEST_F(SessionFile, OpeningReplacesEverythingAndCountsAsAChange) {
  Comparison one(support::configured({"model.cell=gru", "task.name=parity"}));
  one.execute(SetSpeedLimit{7.0});
  iterate(one, 4);
  one.execute(StartPair{"clipping"});
  iterate(one, 3);
  const auto saved = std::make_shared<const SavedSession>(reread(one.saved()));
  Comparison other{config::Config{}};
  other.execute(SetAnalysis{{.sequence = 1}});
  iterate(other, 2);
  const std::uint64_t before = other.changes(), id = other.id_of_a();
  other.execute(OpenSession{saved, 5});
  EXPECT_EQ(other.opened(), 5u);
  EXPECT_GT(other.changes(), before);
  EXPECT_NE(other.id_of_a(), id);
  other.refresh();
  const Snapshot snapshot = other.snapshot({});
  ASSERT_NE(snapshot.other, nullptr);
  EXPECT_EQ(snapshot.iteration, 3u);
  EXPECT_EQ(snapshot.history.size(), 3u);
  EXPECT_EQ(snapshot.timeline.first, 3u);
  EXPECT_EQ(snapshot.undo_title, "");
  EXPECT_FALSE(snapshot.running);
  EXPECT_EQ(snapshot.speed_limit, 7.0);
  EXPECT_EQ(snapshot.analysis_options.sequence, 1);
  EXPECT_EQ(session_text(other.saved()), session_text(*saved));
  expect_same_future(one, other);
}

// What a session's file would keep, and nothing else, makes it a changed one.
TEST_F(SessionFile, ChangesAreCounted) {
  Comparison networks{config::Config{}};
  std::uint64_t last = networks.changes();
  const auto grows = [&] { return networks.changes() > std::exchange(last, networks.changes()); };
  for (const Command& command :
       {Command(SetAnalysis{}), Command(SetSpeedLimit{3.0}), Command(Pause{}), Command(Evaluate{}),
        Command(SetKey{"model.hidden", "no number"}), Command(Undo{}),
        Command(SetKey{"model.hidden", "8"})}) {
    networks.execute(command);
    EXPECT_FALSE(grows()) << command.index();
  }
  iterate(networks, 3);
  EXPECT_TRUE(grows());
  for (const Command& command :
       {Command(SetKey{"training.learning_rate", "0.2"}), Command(SetKey{"model.hidden", "5"}),
        Command(Undo{}), Command(Redo{}), Command(Reset{}), Command(StartComparison{}),
        Command(SwapSides{}), Command(on_b(SetKey{"training.clip.mode", "none"})),
        Command(EndComparison{}), Command(StartPair{"activation"}), Command(KeepB{}),
        Command(SetRecurrentWeights{model::Matrix::Zero(5, 5).eval(), "Zero"})}) {
    networks.execute(command);
    EXPECT_TRUE(grows()) << command.index();
  }
  iterate(networks, 9);
  EXPECT_TRUE(grows());
  networks.execute(GoTo{4});
  settle(networks);
  EXPECT_TRUE(grows());
  EXPECT_EQ(networks.snapshot({}).changes, networks.changes());
}

TEST_F(SessionFile, NumbersComeBackWithTheSameBits) {
  using Limits = std::numeric_limits<double>;
  std::vector<double> numbers{0.0,
                              -0.0,
                              1.0,
                              -1.0,
                              0.1,
                              1.0 / 3.0,
                              1e22,
                              1e23,
                              123456789.0,
                              9007199254740993.0,
                              1.8446744073709552e19,
                              -1.2e20,
                              Limits::max(),
                              Limits::min(),
                              Limits::denorm_min(),
                              Limits::infinity(),
                              -Limits::infinity(),
                              Limits::quiet_NaN(),
                              -Limits::quiet_NaN(),
                              std::bit_cast<double>(std::uint64_t{0x7ff8000000001234}),
                              std::bit_cast<double>(std::uint64_t{0xfff4000000000001})};
  std::uint64_t bits = 88172645463325252u;
  while (numbers.size() < 4096) {  // any bits
    bits ^= bits << 13;
    bits ^= bits >> 7;
    bits ^= bits << 17;
    numbers.push_back(std::bit_cast<double>(bits));
  }
  Comparison networks(support::configured({"model.hidden=64"}));
  SavedSession saved = networks.saved();
  model::Matrix& W = saved.networks[0].state.setup.model.parameters.W_hh;
  std::copy(numbers.begin(), numbers.end(), W.data());
  saved.networks[0].state.best_loss = -0.0;
  const SavedSession read = reread(saved);
  expect_same_bits(read.networks[0].state, saved.networks[0].state);
}

TEST_F(SessionFile, CurvesComeBackWithTheirGaps) {
  Comparison networks(support::configured({"training.clip.mode=none", "task.name=sine"}));
  iterate(networks, 65);
  const SavedSession saved = networks.saved(), read = reread(saved);
  const training::HistoryView &a = saved.networks[0].curve, &b = read.networks[0].curve;
  ASSERT_EQ(a.size(), 65u);
  ASSERT_EQ(b.size(), 65u);
  EXPECT_EQ(a.common_start(b), 65u);
  EXPECT_THAT(session_text(saved), HasSubstr("\"threshold\": null"));
}

TEST_F(SessionFile, LongCurvesAreThinnedAlikeHoweverOftenTheyAreSaved) {
  EXPECT_EQ(kept_every(kMostSavedPoints), 1u);
  EXPECT_EQ(kept_every(kMostSavedPoints + 1), 2u);
  Comparison networks{config::Config{}};
  SavedSession saved = networks.saved();
  const auto run_to = [](SavedSession& session, std::size_t iterations) {
    auto history =
        training::History::after(session.networks[0].curve, session.networks[0].curve.size());
    for (std::size_t i = history.size(); i < iterations; ++i) {
      training::HistoryPoint point;
      point.fill(std::numeric_limits<double>::quiet_NaN());
      point[0] = 1.0 / static_cast<double>(i + 1);
      history.append(point);
    }
    session.networks[0].curve = history.view();
    session.networks[0].state.setup.iteration = iterations;
  };
  run_to(saved, 3 * kMostSavedPoints + 1);
  const std::string text = session_text(saved);
  EXPECT_THAT(text, HasSubstr("\"every\": 4,"));
  SavedSession read = reread(saved);
  EXPECT_EQ(read.networks[0].curve.size(), saved.networks[0].curve.size());
  EXPECT_EQ(read.networks[0].curve.value(training::Series::loss, 7), 1.0 / 5.0);
  EXPECT_TRUE(session_text(read) == text);
  run_to(saved, 9 * kMostSavedPoints);
  run_to(read, 9 * kMostSavedPoints);
  EXPECT_TRUE(session_text(read) == session_text(saved));
}

TEST_F(SessionFile, NotesLayoutAndSpeedAreKept) {
  SavedSession saved = Comparison(config::Config{}).saved();
  saved.speed_limit = 2.5;
  saved.notes = {R"({"tabs":["a","b"],"share":0.25})", "Two lines,\n\"quoted\", \xE2\x88\x82L"};
  saved.document = "/home/me/lecture.backflow.json";
  const SavedSession read = reread(saved);
  EXPECT_EQ(read.notes.notes, saved.notes.notes);
  EXPECT_EQ(read.notes.layout, R"({"share":0.25,"tabs":["a","b"]})");
  EXPECT_EQ(read.speed_limit, 2.5);
  EXPECT_EQ(read.document, saved.document);
  saved.notes.layout = "no JSON";
  saved.notes.notes = "no UTF-8: \xff";
  EXPECT_EQ(reread(saved).notes.layout, "");
  EXPECT_EQ(reread(saved).notes.notes, "no UTF-8: \xEF\xBF\xBD");
}

TEST_F(SessionFile, OneRowOfAMatrixALine) {
  const SavedSession saved = Comparison(support::configured({"model.hidden=3"})).saved();
  const std::string text = session_text(saved);
  std::string rows = "\"W_hh\": [";
  const model::Matrix& W = saved.networks[0].state.setup.model.parameters.W_hh;
  for (model::Index i = 0; i < 3; ++i) {
    rows += i == 0 ? "\n          [" : ",\n          [";
    for (model::Index j = 0; j < 3; ++j) {
      if (j > 0) rows += ", ";
      append_number(rows, W(i, j));
    }
    rows += "]";
  }
  EXPECT_THAT(text, HasSubstr(rows + "\n        ],"));
  EXPECT_THAT(text,
              StartsWith("{\n  \"format\": \"backflow session\",\n  \"format_version\": 1,\n"));
  EXPECT_THAT(text, HasSubstr("\"task.name\": \"cat-mat-rat\",\n"));
  EXPECT_THAT(text, HasSubstr("\"task.steps\": \"auto\",\n"));
  EXPECT_THAT(text, HasSubstr("\"model.hidden\": 3,\n"));
}

TEST_F(SessionFile, AMissingKeyIsOfAnOlderVersionAndHasItsDefault) {
  std::string text = session_text(Comparison(support::configured({"task.noise=0.5"})).saved());
  const std::string line = "      \"task.noise\": 0.5,\n";
  ASSERT_NE(text.find(line), std::string::npos);
  text.erase(text.find(line), line.size());
  SavedSession read;
  EXPECT_EQ(parse_session(text, read), "");
  EXPECT_EQ(read.networks[0].config.task.noise, config::Config().task.noise);
}

TEST_F(SessionFile, TheMatrixOfAFileIsInTheSession) {
  const std::string matrix = file("w.csv", "0.5,0.25\n-0.125,1\n");
  Comparison networks(
      support::configured({"model.hidden=2", "model.init_file=" + matrix, "model.init=file"}));
  iterate(networks, 3);
  const std::string text = session_text(networks.saved());
  std::filesystem::remove(matrix);
  SavedSession read;
  ASSERT_EQ(parse_session(text, read), "");
  EXPECT_EQ(read.networks[0].config.model.init_file, matrix);
  Comparison opened(read);
  EXPECT_EQ(session_text(opened.saved()), text);
  expect_same_future(networks, opened);
  for (Comparison* each : {&networks, &opened}) each->execute(Reset{});
  EXPECT_TRUE(
      same_bits(networks.a().record()->model.parameters, opened.a().record()->model.parameters));
}

class SessionOfAText : public SessionFile {
protected:
  void SetUp() override {
    SessionFile::SetUp();
    path_ = file("text.txt", "the cat sat on the mat, the rat sat on the cat. ");
    Comparison networks(
        support::configured({"task.name=next-character", "task.file=" + path_, "task.steps=5"}));
    iterate(networks, 3);
    SavedSession saved = networks.saved();
    stamp_files(saved);
    text_ = session_text(saved);
  }
  std::string path_, text_;
};

TEST_F(SessionOfAText, IsFoundWhereItWasOrBesideTheSession) {
  SavedSession read;
  EXPECT_EQ(parse_session(text_, read, "/no/such/place"), "");
  EXPECT_EQ(read.networks[0].config.task.file, path_);
  EXPECT_EQ(session_text(read), text_);
  const std::string moved = (folder_ / "moved").string();
  std::filesystem::create_directory(moved);
  std::filesystem::rename(path_, moved + "/text.txt");
  EXPECT_EQ(parse_session(text_, read), "cannot be opened: networks[0].config does not hold: " +
                                            path_ + " is missing, here and beside the session");
  EXPECT_EQ(parse_session(text_, read, moved), "");
  EXPECT_EQ(read.networks[0].config.task.file, moved + "/text.txt");
}

TEST_F(SessionOfAText, IsRefusedWhenItIsAnotherOne) {
  SavedSession read;
  file("text.txt", "the cat sat on the mat, the rat sat on the bat. ");  // as long
  EXPECT_THAT(parse_session(text_, read),
              HasSubstr(path_ + " is not the file any more that this session was made from"));
  // The right one beside the session comes before the wrong one at its old place.
  std::filesystem::create_directory(folder_ / "beside");
  file("beside/text.txt", "the cat sat on the mat, the rat sat on the cat. ");
  EXPECT_EQ(parse_session(text_, read, (folder_ / "beside").string()), "");
}

// What the session works with was read before.
TEST_F(SessionOfAText, IsRefusedWhenItWasChangedBeforeTheSessionWasSaved) {
  SavedSession read;
  ASSERT_EQ(parse_session(text_, read), "");
  Comparison networks(read);
  file("text.txt", "the cat sat on the mat, the rat sat on the bat. ");
  SavedSession saved = networks.saved();
  stamp_files(saved);
  EXPECT_EQ(session_text(saved), text_);
  EXPECT_THAT(parse_session(session_text(saved), read), HasSubstr("is not the file any more"));
}

TEST_F(SessionOfAText, IsReadOnceForTwoNetworks) {
  SavedSession read;
  ASSERT_EQ(parse_session(text_, read), "");
  Comparison networks(read);
  networks.execute(StartComparison{});
  networks.execute(on_b(SetKey{"model.hidden", "5"}));
  SavedSession saved = networks.saved();
  stamp_files(saved);
  ASSERT_EQ(saved.files.size(), 1u);
  const std::string two = session_text(saved);
  ASSERT_EQ(parse_session(two, read), "");
  ASSERT_EQ(read.networks.size(), 2u);
  EXPECT_EQ(read.networks[0].config.task.text, read.networks[1].config.task.text);
  EXPECT_EQ(read.networks[1].config.model.hidden, 5);
  EXPECT_EQ(session_text(read), two);
}

TEST_F(SessionFile, ReadsFromAFileAndTellsWhatIsNone) {
  SavedSession read;
  EXPECT_EQ(read_session((folder_ / "none").string(), read), "does not exist");
  EXPECT_EQ(read_session(folder_.string(), read), "is a directory");
  EXPECT_EQ(read_session(file("empty", ""), read), "is empty");
  EXPECT_THAT(read_session(file("a.json", "[1, 2]"), read), HasSubstr("is no session"));
  EXPECT_TRUE(looks_like_session(session_text(Comparison(config::Config{}).saved())));
  EXPECT_FALSE(looks_like_session("It says \"backflow session\""));
}

// As version 1 of the format was written: it opens for ever. Never to be written anew.
TEST_F(SessionFile, VersionOneOpens) {
  const std::string path =
      std::string(BACKFLOW_SOURCE_DIR) + "/tests/golden/session-1.backflow.json";
  SavedSession read;
  ASSERT_EQ(read_session(path, read), "");
  ASSERT_EQ(read.networks.size(), 2u);
  EXPECT_EQ(read.notes.notes, "Why does B stop?\n\xE2\x88\x82L grows.");
  EXPECT_EQ(read.speed_limit, 10.0);
  const SavedNetwork &a = read.networks[0], &b = read.networks[1];
  EXPECT_EQ(a.config.model.hidden, 2);
  EXPECT_EQ(a.config.training.optimizer.kind, training::OptimizerKind::adam);
  EXPECT_EQ(a.state.setup.iteration, 12u);
  EXPECT_EQ(a.state.setup.optimizer.updates, 12u);
  EXPECT_FALSE(a.divergence);
  EXPECT_TRUE(b.stopped);
  EXPECT_EQ(b.divergence->iteration, 11u);
  EXPECT_TRUE(std::isinf(b.state.best_loss));
  // Its numbers, by another road: the loss that was reached, from weights and data.
  const double loss = a.curve.value(training::Series::loss, 11);
  Comparison networks(read);
  networks.execute(Reset{});
  iterate(networks, 12);
  EXPECT_NEAR(networks.a().record()->trace.loss, loss, 1e-9 * loss);
}

}  // namespace
}  // namespace backflow::session
