// Time to write each figure in each format, and how many bytes it takes: T = 200 after 200
// iterations, every figure in its own size.
#include <benchmark/benchmark.h>

#include "app/export/export.h"
#include "app/figure/catalogue.h"
#include "app/session/analysis.h"
#include "app/session/session.h"

namespace backflow {
namespace {

const session::Snapshot& trained() {
  static const session::Snapshot kTrained = [] {
    config::Config config;
    config.task.kind = training::TaskKind::first_bit;
    config.task.steps = 200;
    session::Session session(config);
    for (int i = 0; i < 200; ++i) session.iterate();
    session::Snapshot snapshot = session.snapshot();
    session::attach(
        session::analyse(snapshot.record, {.spectra = true, .chain = true, .contributions = true}),
        snapshot);
    return snapshot;
  }();
  return kTrained;
}

void export_figure(benchmark::State& state, const figure::FigureInfo& info,
                   exporting::Format format) {
  exporting::Look look;
  look.size = info.default_size;
  look.program = "backflow_bench";
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string file = exporting::render(info, trained(), {}, look, format);
    bytes = file.size();
    benchmark::DoNotOptimize(file.data());
  }
  state.counters["kB"] = static_cast<double>(bytes) / 1000.0;
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const figure::FigureInfo& info : figure::catalogue())
    for (const exporting::Format format : exporting::kAllFormats)
      benchmark::RegisterBenchmark(
          ("export/" + std::string(info.name) + std::string(exporting::extension(format))).c_str(),
          [&info, format](benchmark::State& state) { export_figure(state, info, format); })
          ->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace backflow
