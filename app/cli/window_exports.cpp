#include "app/cli/window_exports.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/cli/training_reel.h"
#include "app/cli/version.h"
#include "app/session/analysis.h"

namespace backflow::cli {
namespace {

using SnapshotPointer = std::shared_ptr<const session::Snapshot>;

// Whether the analysis has what the figure shows of a product; that of the whole sequence has none.
bool has_product(const session::Analysis& analysis, const figure::FigureInfo& info,
                 const std::optional<session::StepPair>& product) {
  if (info.needs_spectra && analysis.spectra && analysis.spectra->product != product) return false;
  if (!info.needs_chain || !analysis.chain) return true;
  const session::StepPair whole{analysis.record->trace.steps(), 0};
  const session::StepPair wanted = product.value_or(whole);
  return analysis.chain->t == wanted.t && analysis.chain->k == wanted.k;
}

bool is_complete(const session::Analysis& analysis, const figure::FigureInfo& info,
                 const std::optional<session::StepPair>& product, bool walk,
                 const lab::NeuronOptions& neuron) {
  return (!info.needs_map || analysis.norms.is_exact()) &&
         (!info.needs_spectra || analysis.spectra) && (!info.needs_chain || analysis.chain) &&
         (!info.needs_contributions || analysis.contributions) &&
         (!info.needs_lyapunov || analysis.lyapunov) &&
         (!info.needs_neuron || (analysis.neuron && analysis.neuron->options == neuron)) &&
         (!walk || analysis.walk) && has_product(analysis, info, product);
}

}  // namespace

SnapshotPointer completed(const figure::FigureInfo& info, SnapshotPointer snapshot,
                          const figure::View& view, bool walk, const std::function<bool()>& stop) {
  session::AnalysisOptions options = snapshot->analysis_options;
  options.product.reset();
  if (view.pinned) options.product = session::StepPair{view.pinned->t, view.pinned->k};
  walk = walk || (view.playhead && info.follows.playhead);
  const auto& there = snapshot->analysis;
  if (there && is_complete(*there, info, options.product, walk, snapshot->config.lab))
    return snapshot;
  options.spectra = options.chain = options.contributions = false;
  options.lyapunov = options.neuron = false;
  figure::ask_for(info, options);
  options.walk = walk;
  options = session::with_config(options, snapshot->config);
  // A walk goes over the record that is shown; the map beside it may be of an earlier one.
  const bool of_map = there && !walk;
  auto analysis = session::analyse_for_file(of_map ? there->record : snapshot->record, options,
                                            info.needs_map, stop, there.get());
  if (!analysis) return nullptr;
  auto whole = std::make_shared<session::Snapshot>(*snapshot);
  session::attach(std::move(analysis), *whole);
  return whole;
}

std::unique_ptr<exporting::Reel> training_reel(const session::Comparison& networks,
                                               const exporting::AnimationRequest& request) {
  const session::Snapshot& shown = *request.subject.snapshot;
  const bool again = request.moving == exporting::Moving::so_far;
  const std::uint64_t now = networks.a().iteration();
  const std::uint64_t iterations =
      again ? shown.iteration : static_cast<std::uint64_t>(request.iterations);
  const auto pictures = static_cast<std::uint64_t>(std::max<std::int64_t>(1, request.pictures));
  return std::make_unique<TrainingReel>(
      networks, *request.subject.info,
      TrainingReel::Plan{
          .again = again,
          .end = again ? iterations : now + iterations,
          .every = std::max<std::uint64_t>(1, (iterations + pictures - 1) / pictures),
          .of_b = shown.is_b,
          .view = request.subject.view});
}

exporting::ExporterServices exporter_services(session::Worker& worker, std::function<void()> wake) {
  exporting::ExporterServices services;
  services.wake = std::move(wake);
  services.complete = completed;
  services.training = [&worker](const exporting::AnimationRequest& request) {
    // At once: when its turn comes, the window may show another training.
    return [copy = worker.copy().share(),
            request](const std::function<bool()>& stop) -> std::unique_ptr<exporting::Reel> {
      while (copy.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready)
        if (stop()) return nullptr;
      return training_reel(*copy.get(), request);
    };
  };
  services.program = kProgram;
  return services;
}

}  // namespace backflow::cli
