// Speed of what training and the live heatmap do all day.
#include <benchmark/benchmark.h>

#include "app/session/heap.h"
#include "app/session/session.h"
#include "core/gradient/contributions.h"

namespace backflow {
namespace {

// As the program itself does at its start.
const bool kHeap = (session::keep_freed_memory(), true);

// first-bit with outputs at every step; arguments are n, T, B.
config::Config configuration(const benchmark::State& state) {
  config::Config config;
  config.task.kind = training::TaskKind::first_bit;
  config.task.outputs = training::Outputs::every;
  config.model.hidden = state.range(0);
  config.task.steps = state.range(1);
  config.task.batch = state.range(2);
  return config;
}

void training_step(benchmark::State& state) {
  training::Trainer trainer(config::make_setup(configuration(state)));
  for (auto _ : state) benchmark::DoNotOptimize(trainer.step());
}
BENCHMARK(training_step)
    ->ArgNames({"n", "T", "B"})
    ->Args({8, 3, 3})
    ->Args({16, 50, 1})
    ->Args({32, 100, 16})
    ->Args({64, 100, 32})
    ->Args({128, 200, 32})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

void jacobian_norms(benchmark::State& state, gradient::MatrixNorm norm) {
  const training::Trainer trainer(config::make_setup(configuration(state)));
  const auto record = trainer.evaluate();
  for (auto _ : state)
    benchmark::DoNotOptimize(gradient::jacobian_norms(record->model, record->trace, 0, norm));
}
void map_sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"n", "T", "B"})
      ->Args({8, 3, 1})
      ->Args({8, 200, 1})
      ->Args({16, 50, 1})
      ->Args({32, 100, 1})
      ->Args({64, 200, 1})
      ->Args({128, 200, 1})
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(jacobian_norms, spectral, gradient::MatrixNorm::spectral)->Apply(map_sizes);
BENCHMARK_CAPTURE(jacobian_norms, frobenius, gradient::MatrixNorm::frobenius)->Apply(map_sizes);

void contribution_norms(benchmark::State& state) {
  const training::Trainer trainer(config::make_setup(configuration(state)));
  const auto record = trainer.evaluate();
  for (auto _ : state)
    benchmark::DoNotOptimize(
        gradient::contribution_norms(record->model, record->trace, record->signals));
}
BENCHMARK(contribution_norms)
    ->ArgNames({"n", "T", "B"})
    ->Args({8, 3, 3})
    ->Args({32, 100, 16})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace backflow
