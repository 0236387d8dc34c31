// Splitting work over threads; also run under ThreadSanitizer.
#include "core/parallel/parallel.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/gradient/backward.h"
#include "core/gradient/jacobian_norms.h"
#include "core/model/initialization.h"
#include "core/model/random.h"

namespace backflow {
namespace {

using model::Index;

TEST(Parallel, DoesEveryJobOnceForAnyNumberOfThreads) {
  for (const Index threads : {1, 2, 5, 0}) {
    parallel::limit_threads(threads);
    if (threads > 0) {
      EXPECT_EQ(parallel::thread_count(), threads);
    }
    for (const Index count : {0, 1, 2, 3, 100}) {
      for (int round = 0; round < 50; ++round) {
        std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
        parallel::for_each(count, [&](Index i) { ++done[static_cast<std::size_t>(i)]; });
        for (const auto& times : done) ASSERT_EQ(times.load(), 1);
      }
    }
  }
}

TEST(Parallel, WhoIsDoneWithItsShareTakesOverFromTheOthers) {
  parallel::limit_threads(2);
  // Jobs 2 and 3 are one thread's share; who has taken the one waits for the other to be done.
  std::atomic<bool> last_done{false}, in_time{false};
  parallel::for_each(4, [&](Index i) {
    if (i == 3) last_done = true;
    if (i != 2) return;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!last_done && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    in_time = last_done.load();
  });
  EXPECT_TRUE(in_time);
  parallel::limit_threads(0);
}

TEST(Parallel, AJobMayAskForHelpItself) {
  parallel::limit_threads(3);
  std::atomic<int> done{0};
  parallel::for_each(4, [&](Index) { parallel::for_each(5, [&](Index) { ++done; }); });
  EXPECT_EQ(done.load(), 20);
  parallel::limit_threads(0);
}

// Eight jobs, the fourth and the sixth of which throw.
void throwing_jobs(std::atomic<int>& done) {
  parallel::for_each(8, [&](Index i) {
    ++done;
    if (i == 3 || i == 5) throw std::runtime_error("planted " + std::to_string(i));
  });
}

TEST(Parallel, AnExceptionReachesTheCallerAfterAllJobs) {
  for (const Index threads : {1, 2}) {
    parallel::limit_threads(threads);
    std::atomic<int> done{0};
    EXPECT_THROW(throwing_jobs(done), std::runtime_error);
    EXPECT_EQ(done.load(), 8) << threads;
    parallel::for_each(2, [&](Index) { ++done; });  // and the next round goes on as usual
    EXPECT_EQ(done.load(), 10) << threads;
  }
  parallel::limit_threads(0);
}

TEST(Parallel, AloneTheFirstExceptionIsTheOneThatIsThrown) {
  parallel::limit_threads(1);
  std::atomic<int> done{0};
  try {
    throwing_jobs(done);
    ADD_FAILURE() << "nothing thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "planted 3");
  }
  parallel::limit_threads(0);
}

TEST(Parallel, AnExceptionOfANestedJobReachesBothCallers) {
  for (const Index threads : {1, 3}) {
    parallel::limit_threads(threads);
    std::atomic<int> done{0}, caught{0};
    EXPECT_THROW(parallel::for_each(4,
                                    [&](Index) {
                                      try {
                                        throwing_jobs(done);
                                      } catch (const std::runtime_error&) {
                                        ++caught;
                                        throw;
                                      }
                                    }),
                 std::runtime_error);
    EXPECT_EQ(done.load(), 32) << threads;
    EXPECT_EQ(caught.load(), 4) << threads;
  }
  parallel::limit_threads(0);
}

TEST(Parallel, CallersAtTheSameTimeDoNotWaitForEachOther) {
  parallel::limit_threads(3);
  std::atomic<int> done{0};
  const auto caller = [&] {
    for (int round = 0; round < 200; ++round) parallel::for_each(4, [&](Index) { ++done; });
  };
  std::thread other(caller);
  caller();
  other.join();
  EXPECT_EQ(done.load(), 1600);
  parallel::limit_threads(0);
}

// What one iteration and its map come to with so many threads.
struct Outcome {
  model::Parameters gradients;
  std::vector<double> spectral, frobenius;
};

Outcome computed_by(Index threads, model::CellKind cell) {
  parallel::limit_threads(threads);
  model::Model model;
  model.cell = cell;
  model.readout = model::Readout::identity;
  model.loss = model::Loss::mean_squared_error;
  model.parameters = model::initial_parameters({3, 33, 2}, cell, {});
  model::Random random(9);
  model::Batch batch;
  batch.inputs = model::StepMatrices(3, 37, 1, 40);
  batch.inputs.data() = random.normal_matrix(3, 37 * 40, 1.0);
  batch.targets = model::StepMatrices(2, 37, 1, 40);
  batch.initial_state = model::Matrix::Zero(33 * model::layout_of(model).states, 37);
  const model::Trace trace = model::forward(model, batch);
  Outcome outcome{model::zeros_like(model.parameters), {}, {}};
  gradient::backward(model, batch, trace, outcome.gradients);
  const auto map = [&](gradient::MatrixNorm norm) {
    return gradient::jacobian_norms(model, trace, 0, norm)->log10_norm.values();
  };
  outcome.spectral = map(gradient::MatrixNorm::spectral);
  outcome.frobenius = map(gradient::MatrixNorm::frobenius);
  parallel::limit_threads(0);
  return outcome;
}

TEST(Parallel, TheNumberOfThreadsChangesNoBit) {
  for (const auto& cell : model::EnumNames<model::CellKind>::kAll) {
    const Outcome one = computed_by(1, cell.value);
    for (const Index threads : {2, 4}) {
      const Outcome many = computed_by(threads, cell.value);
      const auto a = model::tensors(one.gradients), b = model::tensors(many.gradients);
      for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_EQ(model::Matrix(a[i]), model::Matrix(b[i])) << cell.name;
      EXPECT_EQ(one.spectral, many.spectral);
      EXPECT_EQ(one.frobenius, many.frobenius);
    }
  }
}

}  // namespace
}  // namespace backflow
