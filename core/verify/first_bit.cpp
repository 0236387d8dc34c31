// Remember the first of 40 noisy bits: which network can.
#include <array>
#include <string>

#include "core/training/trainer.h"
#include "core/verify/check_list.h"
#include "core/verify/setting.h"

namespace backflow::verify {
namespace {

constexpr std::uint64_t kIterations = 1500;

struct Candidate {
  const char *name, *cell, *activation, *init;
};

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::array kCandidates{
    Candidate{"ReLU, identity", "rnn", "relu", "identity"},
    Candidate{"tanh, Gaussian", "rnn", "tanh", "gaussian"},
    Candidate{"tanh, orthogonal", "rnn", "tanh", "orthogonal"},
    Candidate{"ReLU, Gaussian", "rnn", "relu", "gaussian"},
    Candidate{"GRU", "gru", "tanh", "gaussian"},
    Candidate{"LSTM", "lstm", "tanh", "gaussian"},
};

config::Config config_of(const Candidate& candidate, int seed) {
  const std::string number = std::to_string(seed);
  return setting(
      {"task.name=first-bit", "task.steps=40", "task.noise=1", "task.batch=64",
       "task.seed=" + number, "model.seed=" + number, std::string("model.cell=") + candidate.cell,
       std::string("model.activation=") + candidate.activation, "model.hidden=32",
       std::string("model.init=") + candidate.init, "training.optimizer=adam",
       "training.learning_rate=0.001", "training.clip.mode=norm", "training.clip.threshold=1",
       "training.validation_every=" + std::to_string(kIterations)});
}

// The accuracy after all iterations; nothing when given up.
std::optional<double> trained(const config::Config& config, const Watch& stop, double from,
                              double to) {
  training::Trainer trainer(config::make_setup(config));
  std::shared_ptr<const training::IterationRecord> record;
  for (std::uint64_t i = 0; i <= kIterations; ++i) {
    if (stop && i % 50 == 0 &&
        stop(from + (to - from) * static_cast<double>(i) / static_cast<double>(kIterations)))
      return std::nullopt;
    record = trainer.step();
    if (record->divergence) return 0.0;
  }
  return record->validation ? record->validation->accuracy : kNan;
}

std::optional<std::vector<Finding>> first_bit(const Options& options) {
  std::vector<Finding> findings;
  const double all = static_cast<double>(kCandidates.size()) * options.seeds;
  double done = 0.0;
  for (const Candidate& candidate : kCandidates) {
    double sum = 0.0;
    for (int seed = 1; seed <= options.seeds; ++seed, ++done) {
      const auto accuracy =
          trained(config_of(candidate, seed), options.stop, done / all, (done + 1.0) / all);
      if (!accuracy) return std::nullopt;
      sum += *accuracy;
    }
    findings.push_back(
        {std::string("accuracy on other data, mean over the seeds: ") + candidate.name, kNan,
         sum / options.seeds, 0.0, Rule::reported});
  }
  return findings;
}

}  // namespace

Check first_bit_check() {
  return {.name = "first-bit",
          .claim = "Which networks remember a bit over 40 noisy steps.",
          .source = "after Le, Jaitly & Hinton 2015",
          .protocol =
              "T = 40, noise 1, n = 32, Adam 1e-3, batch 64, clip 1, 1,500 iterations; told, not "
              "judged: with this noise not even the bit itself is certain",
          .slow = true,
          .run = first_bit};
}

}  // namespace backflow::verify
