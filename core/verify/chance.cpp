// What is reached on the tasks without looking at the inputs.
#include <array>
#include <cmath>

#include "core/training/task/task.h"
#include "core/verify/check_list.h"

namespace backflow::verify {
namespace {

using model::Index;
using training::TaskKind;

constexpr std::uint64_t kBatches = 20;
constexpr Index kBatch = 1000;

training::TaskOptions options_of(TaskKind kind) {
  training::TaskOptions options;
  options.kind = kind;
  options.steps = kind == TaskKind::copy_memory ? 30 : 20;
  options.batch = kBatch;
  return training::resolved(options);
}

// Calls visit(target) for every target, (m), of kBatches batches.
template <class Visit>
void for_each_target(TaskKind kind, const Visit& visit) {
  for (std::uint64_t i = 0; i < kBatches; ++i) {
    const model::Batch batch =
        training::make_batch(options_of(kind), training::TargetEncoding::probability, i);
    for (Index t = batch.targets.first(); t <= batch.targets.last(); ++t)
      for (Index b = 0; b < batch.size(); ++b) visit(batch.targets.step(t).col(b));
  }
}

// In nats, of how often each class is asked for.
double entropy_of_classes(TaskKind kind) {
  std::vector<double> counts(16, 0.0);
  double all = 0.0;
  for_each_target(kind, [&](const auto& target) {
    Index label = 0;
    target.maxCoeff(&label);
    counts[static_cast<std::size_t>(label)] += 1.0;
    all += 1.0;
  });
  double entropy = 0.0;
  for (const double count : counts)
    if (count > 0.0) entropy -= count / all * std::log(count / all);
  return entropy;
}

Findings chance(const Options& options) {
  if (options.stops(0.0)) return {};
  double squares = 0.0, count = 0.0;
  for_each_target(TaskKind::adding, [&](const auto& target) {
    squares += (target[0] - 1.0) * (target[0] - 1.0);
    count += 1.0;
  });
  // Four standard errors of 20,000 sums: √(1/15 − 1/36) / √20,000 · 4.
  return std::vector<Finding>{
      {"adding: squared error of answering 1", 1.0 / 6.0, squares / count, 0.0056},
      {"temporal order: entropy of the answer", std::log(4.0),
       entropy_of_classes(TaskKind::temporal_order), 1e-3},
      {"copy memory: entropy of a symbol", std::log(8.0), entropy_of_classes(TaskKind::copy_memory),
       1e-3},
      {"adding: as the window draws it", 1.0 / 6.0,
       training::chance_level(options_of(TaskKind::adding), model::Loss::mean_squared_error).loss,
       1e-12},
      {"temporal order: as the window draws it", std::log(4.0),
       training::chance_level(options_of(TaskKind::temporal_order),
                              model::Loss::categorical_cross_entropy)
           .loss,
       1e-12},
      {"copy memory: as the window draws it, 10 symbols", 10.0 * std::log(8.0),
       training::chance_level(options_of(TaskKind::copy_memory),
                              model::Loss::categorical_cross_entropy)
           .loss,
       1e-10}};
}

}  // namespace

Check chance_check() {
  return {.name = "chance",
          .claim = "Without the inputs the best losses are 1/6, ln 4, and ln 8 for each symbol.",
          .source =
              "Le, Jaitly & Hinton 2015 (adding); Pascanu, Mikolov & Bengio 2013 (temporal "
              "order); Arjovsky, Shah & Bengio 2016 (copy memory)",
          .protocol = "20,000 sequences of each task as training draws them",
          .run = chance};
}

}  // namespace backflow::verify
