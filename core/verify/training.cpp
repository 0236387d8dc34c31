#include "core/verify/training.h"

#include "core/model/network.h"
#include "core/training/accuracy.h"
#include "core/training/trainer.h"

namespace backflow::verify {

std::optional<double> trained_accuracy(const config::Config& config, std::uint64_t iterations,
                                       const Options& options, Part part) {
  constexpr model::Index kHeldOut = 4096;
  training::Trainer trainer(config::make_setup(config));
  for (std::uint64_t i = 0; i < iterations; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(iterations);
    if (i % 50 == 0 && options.stops(part.from + (part.to - part.from) * share))
      return std::nullopt;
    if (trainer.step()->divergence) return 0.0;
  }
  const training::TrainerSetup& setup = trainer.setup();
  const auto batch = training::validation_batch(setup, kHeldOut);
  return training::accuracy(training::task_info(setup.task), *batch,
                            model::forward(setup.model, *batch).y_hat);
}

}  // namespace backflow::verify
