// The temporal-order problem: how long a sequence may be with clipping, and without.
#include <cmath>
#include <string>

#include "core/verify/check_list.h"
#include "core/verify/setting.h"
#include "core/verify/training.h"

namespace backflow::verify {
namespace {

constexpr std::uint64_t kIterations = 20'000;
constexpr double kSolved = 0.9;  // of the answers; by chance 0.25

config::Config config_of(int steps, bool clips, int seed) {
  const std::string number = std::to_string(seed);
  return setting({"task.name=temporal-order", "task.steps=" + std::to_string(steps),
                  "task.batch=20", "task.seed=" + number, "model.seed=" + number, "model.hidden=50",
                  "model.spectral_radius=0.95", "training.optimizer=sgd",
                  "training.learning_rate=0.01",
                  std::string("training.clip.mode=") + (clips ? "norm" : "none"),
                  "training.clip.threshold=1", "training.validation_every=0"});
}

Findings temporal_order(const Options& options) {
  int solved[2][2] = {};  // seeds, by length, clipped
  const int steps[2] = {20, 40};
  const double all = 4.0 * options.seeds;
  double done = 0.0;
  for (int length = 0; length < 2; ++length)
    for (const bool clips : {false, true})
      for (int seed = 1; seed <= options.seeds; ++seed, ++done) {
        const auto accuracy = trained_accuracy(config_of(steps[length], clips, seed), kIterations,
                                               options, {done / all, (done + 1.0) / all});
        if (!accuracy) return std::nullopt;
        solved[length][clips ? 1 : 0] += *accuracy >= kSolved ? 1 : 0;
      }
  const double none = std::nan("");
  const auto share = [&](int seeds) { return static_cast<double>(seeds) / options.seeds; };
  return std::vector<Finding>{
      {"T = 20: share of seeds that solve it, more with clipping by", share(1),
       share(solved[0][1] - solved[0][0]), 0.0, Rule::at_least},
      {"T = 20, clipped: share of seeds that solve it", none, share(solved[0][1]), 0.0,
       Rule::reported},
      {"T = 20, not clipped", none, share(solved[0][0]), 0.0, Rule::reported},
      {"T = 40, clipped", none, share(solved[1][1]), 0.0, Rule::reported},
      {"T = 40, not clipped", none, share(solved[1][0]), 0.0, Rule::reported}};
}

}  // namespace

Check temporal_order_check() {
  return {.name = "temporal-order",
          .claim = "With clipping longer sequences can be learned than without.",
          .source = "Pascanu, Mikolov & Bengio 2013, section 4.1 and figure 7",
          .protocol =
              "tanh, n = 50, ρ = 0.95, SGD 0.01, batch 20, threshold 1, 20,000 iterations; solved: "
              "90 % of 4,096 other sequences. Not tried: their lengths of 50 to 200, which take "
              "millions of iterations, n = 100, sigmoid, and the regulariser Ω",
          .slow = true,
          .run = temporal_order};
}

}  // namespace backflow::verify
