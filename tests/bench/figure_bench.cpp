// Time to build each figure: this runs in the window's thread whenever something changed.
#include <benchmark/benchmark.h>

#include "app/figure/catalogue.h"
#include "app/session/analysis.h"
#include "app/session/session.h"

namespace backflow {
namespace {

// A run of first-bit with T steps whose curves have the given number of points.
session::Snapshot snapshot_of(model::Index steps, std::size_t points) {
  config::Config config;
  config.task.kind = training::TaskKind::first_bit;
  config.task.steps = steps;
  session::Session session(config);
  session.iterate();
  session::Snapshot snapshot = session.snapshot();
  session::attach(session::analyse(snapshot.record, {}), snapshot);
  training::History history;
  for (std::size_t i = 0; i < points; ++i) {
    const double x = 1.0 + 0.5 * static_cast<double>(i * 7919 % 1000) / 1000.0;
    history.append({x, 2.0 * x, std::min(2.0 * x, 2.5), 2.5});
  }
  snapshot.history = history.view();
  return snapshot;
}

void build_figure(benchmark::State& state, const char* name) {
  const session::Snapshot snapshot =
      snapshot_of(state.range(0), static_cast<std::size_t>(state.range(1)));
  const figure::FigureInfo* info = figure::find_figure(name);
  for (auto _ : state)
    benchmark::DoNotOptimize(info->build(snapshot, {}, {}, {.width = 900.0, .height = 450.0}));
}
BENCHMARK_CAPTURE(build_figure, loss, "loss")->Args({3, 1'000'000})->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(build_figure, gradient_norm, "gradient-norm")
    ->Args({3, 1'000'000})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(build_figure, jacobian_norms, "jacobian-norms")
    ->Args({200, 1})
    ->Args({1000, 1})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(build_figure, unrolled, "unrolled")
    ->Args({3, 1})
    ->Args({200, 1})
    ->Args({1000, 1})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace backflow
