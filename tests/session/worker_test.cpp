// The thread boundary. These tests also run under ThreadSanitizer.
#include "app/session/worker.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "app/session/comparison.h"
#include "core/config/keys.h"

namespace backflow::session {
namespace {

using namespace std::chrono_literals;

// Waits, by the worker's own notifications, until a snapshot fulfils a condition. The time limit is
// there to end a broken test, not to measure.
class Watcher {
public:
  explicit Watcher(const config::Config& config) : worker_(config, [this] { notify(); }) {}

  Worker& worker() { return worker_; }

  template <class Condition>
  std::shared_ptr<const Snapshot> wait_for(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (true) {
      std::uint64_t seen = 0;
      {
        const std::lock_guard lock(mutex_);
        seen = published_;
      }
      worker_.seen();
      auto snapshot = worker_.latest();
      if (condition(*snapshot)) return snapshot;
      std::unique_lock lock(mutex_);
      if (!changed_.wait_until(lock, deadline, [&] { return published_ != seen; })) {
        ADD_FAILURE() << "nothing of the kind was published";
        return snapshot;
      }
    }
  }

private:
  void notify() {
    {
      const std::lock_guard lock(mutex_);
      ++published_;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t published_ = 0;
  Worker worker_;  // last: its threads use the members above
};

config::Config first_bit(const char* steps) {
  config::Config config;
  EXPECT_EQ(config::set_key(config, "task.name=first-bit"), "");
  EXPECT_EQ(config::set_key(config, "task.steps", steps), "");
  return config;
}

TEST(Worker, PublishesTheInitialStateAtOnceAndItsAnalysisSoon) {
  Watcher watcher{config::Config{}};
  ASSERT_NE(watcher.worker().latest(), nullptr);
  const auto snapshot = watcher.wait_for([](const Snapshot& s) { return s.analysis != nullptr; });
  ASSERT_NE(snapshot->analysis, nullptr);
  EXPECT_EQ(snapshot->analysis->record, snapshot->record);
  EXPECT_NEAR(snapshot->spectral_radius, 1.0, 1e-12);
}

TEST(Worker, RunsPausesStepsAndResets) {
  Watcher watcher{config::Config{}};
  watcher.worker().send(session::Run{});
  watcher.wait_for([](const Snapshot& s) { return s.iteration >= 100 && s.running; });
  watcher.worker().send(Pause{});
  const auto paused = watcher.wait_for([](const Snapshot& s) { return !s.running; });
  EXPECT_EQ(paused->history.size(), paused->iteration);
  EXPECT_EQ(paused->iterations_per_second, 0.0);

  watcher.worker().send(StepOnce{});
  const auto stepped =
      watcher.wait_for([&](const Snapshot& s) { return s.iteration == paused->iteration + 1; });
  EXPECT_FALSE(stepped->running);
  EXPECT_EQ(stepped->record->iteration, paused->iteration);

  watcher.worker().send(Reset{});
  const auto reset = watcher.wait_for([](const Snapshot& s) { return s.iteration == 0; });
  EXPECT_EQ(reset->history.size(), 0u);
}

TEST(Worker, SnapshotsOfARunAgreeWithTheSessionWithoutThreads) {
  Session session(first_bit("30"));
  session.execute(session::Run{});
  Watcher watcher{first_bit("30")};
  watcher.worker().send(session::Run{});
  watcher.wait_for([](const Snapshot& s) { return s.iteration >= 50; });
  watcher.worker().send(Pause{});
  const auto snapshot = watcher.wait_for([](const Snapshot& s) { return !s.running; });
  for (std::uint64_t i = 0; i < snapshot->iteration; ++i) session.iterate();
  for (std::size_t i = 0; i < snapshot->history.size(); ++i)
    ASSERT_EQ(snapshot->history.value(training::Series::loss, i),
              session.snapshot().history.value(training::Series::loss, i))
        << "iteration " << i;
}

TEST(Worker, TheMapOfAPausedNetworkFollowsTheSpectralRadius) {
  Watcher watcher{first_bit("40")};
  for (const char* rho : {"0.9", "0.7", "0.5", "1.3"}) {
    watcher.worker().send(SetKey{"model.spectral_radius", rho});
    const double wanted = std::stod(rho);
    const auto snapshot = watcher.wait_for([&](const Snapshot& s) {
      return s.analysis && s.analysis->record == s.record &&
             std::abs(s.spectral_radius - wanted) < 1e-9;
    });
    EXPECT_EQ(snapshot->iteration, 0u);
    EXPECT_FALSE(snapshot->running);
  }
}

TEST(Worker, TheMapCatchesUpWithTheLastIterationAfterPausing) {
  Watcher watcher{first_bit("100")};
  watcher.worker().send(session::Run{});
  watcher.wait_for([](const Snapshot& s) { return s.iteration >= 20; });
  watcher.worker().send(Pause{});
  const auto snapshot = watcher.wait_for(
      [](const Snapshot& s) { return !s.running && s.analysis && s.analysis->record == s.record; });
  EXPECT_EQ(snapshot->analysis->record->iteration + 1, snapshot->iteration);
}

TEST(Worker, ChangesTheNormAndTheSequenceOfTheMap) {
  Watcher watcher{first_bit("60")};
  watcher.worker().send(SetAnalysis{{gradient::MatrixNorm::frobenius, 3}});
  const auto snapshot = watcher.wait_for([](const Snapshot& s) {
    return s.analysis && s.analysis->norms.norm == gradient::MatrixNorm::frobenius;
  });
  EXPECT_EQ(snapshot->analysis->norms.sequence, 3);
}

TEST(Worker, ComputesTheSpectraOfTheSameRecordWhenTheyAreAskedFor) {
  Watcher watcher{first_bit("30")};
  const auto without = watcher.wait_for([](const Snapshot& s) { return s.analysis != nullptr; });
  EXPECT_FALSE(without->analysis->spectra);
  AnalysisOptions options = without->analysis_options;
  options.spectra = true;
  watcher.worker().send(SetAnalysis{options});
  const auto with = watcher.wait_for(
      [](const Snapshot& s) { return s.analysis && s.analysis->spectra.has_value(); });
  EXPECT_EQ(with->analysis->record, without->analysis->record);
}

TEST(Worker, ABurstOfChangesEndsWithTheLastAndLosesNoOther) {
  Watcher watcher{config::Config()};
  for (int i = 1; i <= 300; ++i) {
    watcher.worker().send(
        SetKey{"model.spectral_radius", config::format_number(0.01 * static_cast<double>(i))});
    // Another key in between must not be taken for one of the burst.
    if (i == 150) watcher.worker().send(SetKey{"training.learning_rate", "0.125"});
  }
  const auto snapshot = watcher.wait_for([](const Snapshot& s) {
    return s.config.model.weights.spectral_radius == 3.0 && s.analysis != nullptr &&
           s.analysis->record == s.record;
  });
  EXPECT_EQ(snapshot->config.training.learning_rate, 0.125);
  EXPECT_NEAR(snapshot->spectral_radius, 3.0, 1e-12);
}

TEST(Worker, ScrubbingEndsWhereItWasLastAndHasTheRecordOfThere) {
  Watcher watcher{first_bit("20")};
  watcher.worker().send(session::Run{});
  watcher.wait_for([](const Snapshot& s) { return s.iteration >= 500; });
  watcher.worker().send(SetSpeedLimit{1.0});  // of training; going back has none
  for (std::uint64_t i = 0; i < 400; ++i) watcher.worker().send(GoTo{(i * 97) % 500});
  watcher.worker().send(GoTo{123});
  const auto snapshot =
      watcher.wait_for([](const Snapshot& s) { return s.iteration == 123 && !s.going_to; });
  EXPECT_FALSE(snapshot->running);
  EXPECT_EQ(snapshot->record->iteration, 122u);
  EXPECT_GE(snapshot->timeline.end, 500u);
  EXPECT_EQ(snapshot->record->trace.loss, snapshot->history.value(training::Series::loss, 122));
}

// What animations are made from: it goes on by itself, in another thread, and so does the worker.
TEST(Worker, HandsOutACopyOfTheNetworksThatGoesOnByItself) {
  config::Config config;
  Watcher watcher(config);
  watcher.worker().send(session::Run{});
  watcher.wait_for([](const Snapshot& s) { return s.iteration > 20; });
  watcher.worker().send(SetKey{"training.learning_rate", "0.05"});
  Comparison copy = *watcher.worker().copy().get();
  const std::uint64_t from = copy.a().iteration();
  copy.execute(GoTo{from / 2});
  while (copy.wants_to_iterate()) copy.iterate();
  copy.execute(GoTo{from});
  while (copy.wants_to_iterate()) copy.iterate();
  copy.execute(session::Run{});
  while (copy.a().iteration() < from + 10) copy.iterate();
  watcher.worker().send(SetKey{"training.learning_rate", "0.04"});
  const auto snapshot =
      watcher.wait_for([&](const Snapshot& s) { return s.iteration >= from + 10; });
  // Each iteration follows from the one before it.
  const training::HistoryView theirs = copy.snapshot({}).history;
  ASSERT_EQ(theirs.size(), from + 10);
  for (std::size_t i = 0; i < from; ++i)
    EXPECT_EQ(theirs.value(training::Series::loss, i),
              snapshot->history.value(training::Series::loss, i));
}

TEST(Worker, KeepsToTheSpeedLimit) {
  Watcher watcher{config::Config{}};
  watcher.worker().send(SetSpeedLimit{20.0});
  const auto start = std::chrono::steady_clock::now();
  watcher.worker().send(session::Run{});
  watcher.wait_for([](const Snapshot& s) { return s.iteration >= 11; });
  // Ten intervals of 50 ms: never faster, however slow the machine.
  EXPECT_GE(std::chrono::steady_clock::now() - start, 499ms);
}

TEST(Worker, AtFullSpeedItPublishesSeldomWhatNobodySees) {
  std::atomic<int> published = 0;
  Worker worker(first_bit("20"), [&] { ++published; });
  worker.send(SetSpeedLimit{0.0});
  worker.send(session::Run{});
  while (worker.latest()->iteration == 0) std::this_thread::sleep_for(1ms);
  const auto start = std::chrono::steady_clock::now();
  const int before = published;
  std::this_thread::sleep_for(1s);
  const int unseen = published - before;
  const auto elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_LE(unseen, elapsed / 250ms + 1);
  // It goes on all the same, and sooner when somebody looks.
  const std::uint64_t then = worker.latest()->iteration;
  while (worker.latest()->iteration == then) worker.seen();
  worker.send(Pause{});
  while (true) {  // a map that nobody saw arrive is there in the end
    const auto snapshot = worker.latest();
    if (!snapshot->running && snapshot->analysis && snapshot->analysis->record == snapshot->record)
      break;
    std::this_thread::sleep_for(1ms);
  }
}

TEST(Worker, TakesCommandsAndGivesSnapshotsToManyThreadsWhileTraining) {
  Watcher watcher{first_bit("20")};
  watcher.worker().send(session::Run{});
  std::atomic<bool> ordered = true;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      std::uint64_t last = 0;
      for (int j = 0; j < 50; ++j) {
        watcher.worker().send(SetKey{"training.learning_rate", j % 2 == 0 ? "0.1" : "0.2"});
        const auto snapshot = watcher.worker().latest();
        if (snapshot->revision < last) ordered = false;
        last = snapshot->revision;
        // Reads the curve and the map while the writer goes on.
        double sum = 0.0;
        for (std::size_t k = 0; k < snapshot->history.size(); ++k)
          sum += snapshot->history.value(training::Series::loss, k);
        if (snapshot->analysis) sum += snapshot->analysis->norms.log10_norm.at(1, 0);
        if (std::isnan(sum)) ordered = false;
        if (i == 0 && j % 10 == 0) watcher.worker().send(SetKey{"model.hidden", "6"});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(ordered);
}

bool both_analysed(const Snapshot& s) {
  return s.other && s.analysis && s.analysis->record == s.record && s.other->analysis &&
         s.other->analysis->record == s.other->record;
}

TEST(Worker, ComparesTwoNetworksWithAnAnalysisOfEach) {
  Watcher watcher{first_bit("30")};
  watcher.worker().send(StartComparison{});
  watcher.worker().send(on_b(SetKey{"model.spectral_radius", "0.5"}));
  auto snapshot = watcher.wait_for(
      [](const Snapshot& s) { return both_analysed(s) && s.other->spectral_radius < 0.6; });
  EXPECT_NEAR(snapshot->spectral_radius, 1.0, 1e-12);
  EXPECT_NEAR(snapshot->other->spectral_radius, 0.5, 1e-12);
  EXPECT_EQ(snapshot->other->revision, snapshot->revision);

  watcher.worker().send(session::Run{});
  for (std::uint64_t i = 1; i <= 40; ++i) {
    snapshot = watcher.wait_for([&](const Snapshot& s) { return s.iteration >= 5 * i; });
    ASSERT_EQ(snapshot->iteration, snapshot->other->iteration);  // lockstep in every one of them
  }
  watcher.worker().send(Pause{});
  snapshot = watcher.wait_for([](const Snapshot& s) { return !s.running && both_analysed(s); });
  const double rho_a = snapshot->spectral_radius, rho_b = snapshot->other->spectral_radius;

  // Each network takes its analysis with it, at once.
  watcher.worker().send(SwapSides{});
  const auto swapped = watcher.wait_for(
      [&](const Snapshot& s) { return s.other && s.record == snapshot->other->record; });
  ASSERT_TRUE(both_analysed(*swapped));
  EXPECT_EQ(swapped->spectral_radius, rho_b);
  EXPECT_EQ(swapped->other->spectral_radius, rho_a);

  watcher.worker().send(KeepB{});
  const auto kept = watcher.wait_for([](const Snapshot& s) { return s.other == nullptr; });
  EXPECT_EQ(kept->record, snapshot->record);
  ASSERT_NE(kept->analysis, nullptr);
  EXPECT_EQ(kept->spectral_radius, rho_a);
}

TEST(Worker, ABurstOfChangesOfBEndsWithTheLastOne) {
  Watcher watcher{first_bit("60")};
  watcher.worker().send(StartComparison{});
  for (int i = 1; i <= 300; ++i)
    watcher.worker().send(on_b(
        SetKey{"model.spectral_radius", config::format_number(0.01 * static_cast<double>(i))}));
  const auto snapshot = watcher.wait_for([](const Snapshot& s) {
    return both_analysed(s) && s.other->config.model.weights.spectral_radius == 3.0;
  });
  EXPECT_NEAR(snapshot->other->spectral_radius, 3.0, 1e-12);
  EXPECT_NEAR(snapshot->spectral_radius, 1.0, 1e-12);
}

TEST(Worker, ComparisonsStartAndEndWhileTraining) {
  Watcher watcher{first_bit("20")};
  watcher.worker().send(session::Run{});
  for (int i = 0; i < 10; ++i) {
    if (i % 3 == 2)
      watcher.worker().send(StartPair{"rnn-gru"});
    else
      watcher.worker().send(StartComparison{});
    watcher.wait_for([](const Snapshot& s) { return s.other && s.iteration >= 3; });
    watcher.worker().send(SwapSides{});
    watcher.worker().send(i % 2 == 0 ? Command{KeepB{}} : Command{EndComparison{}});
    const auto snapshot = watcher.wait_for([](const Snapshot& s) { return !s.other; });
    EXPECT_TRUE(snapshot->running);
  }
}

TEST(Worker, StopsAtOnceInTheMiddleOfALongAnalysis) {
  // n = 256, T = 1000 takes minutes to analyse; the destructor must not wait for it.
  config::Config config = first_bit("1000");
  ASSERT_EQ(config::set_key(config, "model.hidden=256"), "");
  ASSERT_EQ(config::set_key(config, "task.batch=1"), "");
  Watcher watcher{config};
  EXPECT_EQ(watcher.worker().latest()->analysis, nullptr);
}

}  // namespace
}  // namespace backflow::session
