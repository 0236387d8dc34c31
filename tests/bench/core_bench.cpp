// Speed of what training and the live heatmap do all day. compare_torch.py runs these beside
// PyTorch.
#include <benchmark/benchmark.h>

#include "app/session/heap.h"
#include "core/gradient/contributions.h"
#include "core/gradient/jacobian_norms.h"
#include "core/model/initialization.h"
#include "core/model/random.h"
#include "core/training/clipping.h"

namespace backflow {
namespace {

using model::Index;

// As the program itself does at its start.
const bool kHeap = (session::keep_freed_memory(), true);

constexpr Index kInputs = 8, kOutputs = 4;

// A tanh network with squared error at every step, on random data.
struct Job {
  model::Model model;
  model::Batch batch;

  Job(Index n, Index steps, Index size) {
    model.readout = model::Readout::identity;
    model.loss = model::Loss::mean_squared_error;
    model.parameters =
        model::initial_parameters({kInputs, n, kOutputs}, model::CellKind::rnn, {});
    model::Random random(2);
    batch.inputs = model::StepMatrices(kInputs, size, 1, steps);
    batch.inputs.data() = random.normal_matrix(kInputs, steps * size, 1.0);
    batch.targets = model::StepMatrices(kOutputs, size, 1, steps);
    batch.targets.data() = random.normal_matrix(kOutputs, steps * size, 1.0);
    batch.initial_state = model::Matrix::Zero(n, size);
  }
};

// Forward, loss, backward through time, clipping by norm 1, update.
void training_step(benchmark::State& state) {
  Job job(state.range(0), state.range(1), state.range(2));
  for (auto _ : state) {
    const model::Trace trace = model::forward(job.model, job.batch);
    model::Parameters gradients = model::zeros_like(job.model.parameters);
    benchmark::DoNotOptimize(gradient::backward(job.model, job.batch, trace, gradients));
    training::clip({training::ClipMode::norm, 1.0}, gradients);
    const auto values = model::tensors(job.model.parameters);
    const auto steps = model::tensors(gradients);
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto value = values[i];
      value -= 1e-3 * steps[i];
    }
  }
}
BENCHMARK(training_step)
    ->Name("training_step/rnn")
    ->Args({8, 3, 3})
    ->Args({16, 50, 1})
    ->Args({32, 100, 16})
    ->Args({64, 100, 32})
    ->Args({128, 200, 32})
    ->Args({256, 200, 32})
    ->Args({512, 100, 32})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

void jacobian_norms(benchmark::State& state, gradient::MatrixNorm norm) {
  const Job job(state.range(0), state.range(1), 1);
  const model::Trace trace = model::forward(job.model, job.batch);
  for (auto _ : state)
    benchmark::DoNotOptimize(gradient::jacobian_norms(job.model, trace, 0, norm));
}
void map_sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({8, 3})
      ->Args({8, 200})
      ->Args({8, 1000})
      ->Args({16, 50})
      ->Args({32, 100})
      ->Args({64, 200})
      ->Args({128, 200})
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}
BENCHMARK_CAPTURE(jacobian_norms, spectral, gradient::MatrixNorm::spectral)
    ->Name("jacobian_norms/spectral/rnn")
    ->Apply(map_sizes);
BENCHMARK_CAPTURE(jacobian_norms, frobenius, gradient::MatrixNorm::frobenius)
    ->Name("jacobian_norms/frobenius/rnn")
    ->Apply(map_sizes);

void contribution_norms(benchmark::State& state) {
  const Job job(state.range(0), state.range(1), state.range(2));
  const model::Trace trace = model::forward(job.model, job.batch);
  model::Parameters gradients = model::zeros_like(job.model.parameters);
  const gradient::ErrorSignals signals = gradient::backward(job.model, job.batch, trace, gradients);
  for (auto _ : state)
    benchmark::DoNotOptimize(gradient::contribution_norms(job.model, trace, signals));
}
BENCHMARK(contribution_norms)->Args({8, 3, 3})->Args({32, 100, 16})->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace backflow
