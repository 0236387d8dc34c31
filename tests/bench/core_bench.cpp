// Speed of what training and the live heatmap do all day. compare_torch.py runs these beside
// PyTorch.
#include <benchmark/benchmark.h>

#include "app/session/heap.h"
#include "core/gradient/coarse_norms.h"
#include "core/gradient/contributions.h"
#include "core/gradient/estimated_norms.h"
#include "core/gradient/jacobian_norms.h"
#include "core/model/initialization.h"
#include "core/model/random.h"
#include "core/parallel/parallel.h"
#include "core/training/clipping.h"

namespace backflow {
namespace {

using model::Index;

// As the program itself does at its start.
const bool kHeap = (session::prepare_heap(), true);

constexpr Index kInputs = 8, kOutputs = 4;

// A tanh network with squared error at every step, on random data.
struct Job {
  model::Model model;
  model::Batch batch;

  Job(Index n, Index steps, Index size, model::CellKind cell = model::CellKind::rnn) {
    model.cell = cell;
    model.readout = model::Readout::identity;
    model.loss = model::Loss::mean_squared_error;
    model.parameters = model::initial_parameters({kInputs, n, kOutputs}, cell, {});
    model::Random random(2);
    batch.inputs = model::StepMatrices(kInputs, size, 1, steps);
    batch.inputs.data() = random.normal_matrix(kInputs, steps * size, 1.0);
    batch.targets = model::StepMatrices(kOutputs, size, 1, steps);
    batch.targets.data() = random.normal_matrix(kOutputs, steps * size, 1.0);
    batch.initial_state = model::Matrix::Zero(n * model::layout_of(model).states, size);
  }
};

// Forward, loss, backward through time, clipping by norm 1, update.
void training_step(benchmark::State& state, model::CellKind cell) {
  Job job(state.range(0), state.range(1), state.range(2), cell);
  // The working memory is fixed: each iteration writes over the last one's.
  model::Trace trace;
  gradient::ErrorSignals signals;
  model::Parameters gradients = job.model.parameters;
  const auto step = [&] {
    model::forward(job.model, job.batch, trace);
    for (auto& tensor : model::tensors(gradients)) tensor.setZero();
    gradient::backward(job.model, job.batch, trace, {}, signals, gradients);
    training::clip({training::ClipMode::norm, 1.0}, gradients);
    const auto values = model::tensors(job.model.parameters);
    const auto steps = model::tensors(gradients);
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto value = values[i];
      value -= 1e-3 * steps[i];
    }
  };
  step();  // the first touches fresh memory, which training does once
  for (auto _ : state) step();
  // What is kept of each step: the trace and the signals that go back through it.
  double kept = 0.0;
  for (const model::StepMatrices* steps : {&trace.a, &trace.h, &trace.c, &trace.z, &trace.y_hat,
                                           &signals.dz, &signals.e, &signals.e_c, &signals.delta})
    kept += static_cast<double>(steps->data().size() * static_cast<Index>(sizeof(double)));
  state.counters["kept_bytes"] = kept;
  // The products with W_xh, W_hh and W_hy: one forward, two backward (one of W_xh).
  const auto numbers = [](const auto& x) { return static_cast<double>(x.size()); };
  const double columns = static_cast<double>(state.range(1) * state.range(2));
  const model::Parameters& p = job.model.parameters;
  state.counters["flops"] = benchmark::Counter(
      2.0 * columns * (3.0 * numbers(p.W_hh) + 2.0 * numbers(p.W_xh) + 3.0 * numbers(p.W_hy)),
      benchmark::Counter::kIsIterationInvariantRate);
}
void step_sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({16, 50, 1})
      ->Args({32, 100, 16})
      ->Args({64, 100, 32})
      ->Args({128, 200, 32})
      ->Args({256, 200, 32})
      ->Args({512, 100, 32})
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}
BENCHMARK_CAPTURE(training_step, rnn, model::CellKind::rnn)
    ->Name("training_step/rnn")
    ->Args({8, 3, 3})
    ->Apply(step_sizes);
// For its memory (compare_torch.py reports it).
BENCHMARK_CAPTURE(training_step, memory, model::CellKind::rnn)
    ->Name("training_memory/rnn")
    ->Args({512, 1000, 32})
    ->Iterations(2)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(training_step, gru, model::CellKind::gru)
    ->Name("training_step/gru")
    ->Apply(step_sizes);
BENCHMARK_CAPTURE(training_step, lstm, model::CellKind::lstm)
    ->Name("training_step/lstm")
    ->Apply(step_sizes);

// What the processor can do at best: a large matrix product on all threads.
void matrix_product(benchmark::State& state) {
  const Index n = state.range(0);
  const model::Matrix A = model::Random(1).normal_matrix(n, n, 1.0);
  model::Matrix C = model::Matrix::Zero(n, n);
  for (auto _ : state) {
    parallel::for_each(2, [&](Index half) {
      const Index first = n * half / 2, count = n * (half + 1) / 2 - first;
      model::add_product(A, model::Transpose::no, A.middleCols(first, count), model::Transpose::no,
                         C.middleCols(first, count));
    });
  }
  state.counters["flops"] =
      benchmark::Counter(2.0 * static_cast<double>(n * n) * static_cast<double>(n),
                         benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(matrix_product)->Arg(1024)->UseRealTime()->Unit(benchmark::kMicrosecond);

void jacobian_norms(benchmark::State& state, gradient::MatrixNorm norm, model::CellKind cell) {
  const Job job(state.range(0), state.range(1), 1, cell);
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
      ->Args({32, 200})
      ->Args({32, 400})
      ->Args({64, 200})
      ->Args({128, 200})
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}
BENCHMARK_CAPTURE(jacobian_norms, spectral, gradient::MatrixNorm::spectral, model::CellKind::rnn)
    ->Name("jacobian_norms/spectral/rnn")
    ->Apply(map_sizes);
BENCHMARK_CAPTURE(jacobian_norms, frobenius, gradient::MatrixNorm::frobenius, model::CellKind::rnn)
    ->Name("jacobian_norms/frobenius/rnn")
    ->Apply(map_sizes);
BENCHMARK_CAPTURE(jacobian_norms, memory, gradient::MatrixNorm::spectral, model::CellKind::rnn)
    ->Name("map_memory/spectral/rnn")
    ->Args({128, 1000})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(jacobian_norms, lstm, gradient::MatrixNorm::frobenius, model::CellKind::lstm)
    ->Name("jacobian_norms/frobenius/lstm")
    ->Args({32, 100})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

// The picture that follows a hand on W_hh.
void coarse_map(benchmark::State& state) {
  const Job job(state.range(0), state.range(1), 1);
  const model::Trace trace = model::forward(job.model, job.batch);
  for (auto _ : state)
    benchmark::DoNotOptimize(gradient::coarse_jacobian_norms(
        job.model, trace, 0, gradient::MatrixNorm::spectral, state.range(2)));
}
BENCHMARK(coarse_map)->Args({64, 200, 8})->UseRealTime()->Unit(benchmark::kMicrosecond);

// The first picture of a network that is too wide for products.
void estimated_map(benchmark::State& state) {
  const Job job(state.range(0), state.range(1), 1);
  const model::Trace trace = model::forward(job.model, job.batch);
  for (auto _ : state)
    benchmark::DoNotOptimize(gradient::estimated_jacobian_norms(
        job.model, trace, 0, gradient::MatrixNorm::spectral, state.range(2)));
}
BENCHMARK(estimated_map)->Args({512, 500, 42})->UseRealTime()->Unit(benchmark::kMillisecond);

void contributions(benchmark::State& state) {
  const Job job(state.range(0), state.range(1), state.range(2));
  const model::Trace trace = model::forward(job.model, job.batch);
  model::Parameters gradients = model::zeros_like(job.model.parameters);
  const gradient::ErrorSignals signals = gradient::backward(job.model, job.batch, trace, gradients);
  for (auto _ : state)
    benchmark::DoNotOptimize(gradient::contributions(job.model, job.batch, trace, signals));
}
BENCHMARK(contributions)->Args({8, 3, 3})->Args({32, 100, 16})->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace backflow
