#include "app/session/analysis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "app/session/analysis_products.h"
#include "app/session/analysis_steps.h"
#include "app/session/gradient_walk.h"
#include "app/session/map_level.h"
#include "core/gradient/blame.h"
#include "core/gradient/coarse_norms.h"
#include "core/gradient/estimated_norms.h"
#include "core/model/initialization.h"
#include "core/parallel/memory.h"

namespace backflow::session {
namespace {

using model::Index;
using training::IterationRecord;

// The study of one neuron, from what is known where that is the same; false when cancelled.
bool add_neuron(const AnalysisOptions& options, const KnownNeuron& known,
                const gradient::CancelFunction& cancelled, Analysis& analysis) {
  if (!options.neuron) analysis.neuron.reset();
  if (!options.neuron) return true;
  const KnownNeuron& before = analysis.neuron ? analysis.neuron : known;
  analysis.neuron = before && before->options == options.neuron_options
                        ? before
                        : lab::study(options.neuron_options, cancelled, before.get());
  return analysis.neuron != nullptr;
}

// An earlier analysis, when it is of the same record and sequence; else null.
const Analysis* if_same(const Analysis* earlier, const IterationRecord& record, Index sequence) {
  const bool same =
      earlier != nullptr && earlier->record.get() == &record && earlier->norms.sequence == sequence;
  return same ? earlier : nullptr;
}

// Whether its map, exact or not, is of the norm and the block that are wanted.
bool is_of(const Analysis* same, const AnalysisOptions& options) {
  return same != nullptr && same->norms.norm == options.norm &&
         same->norms.block ==
             gradient::mapped_block(same->record->model, options.norm, options.block).block;
}

// Whether it has the exact map that is wanted.
bool has_map(const Analysis* same, const AnalysisOptions& options) {
  return is_of(same, options) && same->norms.is_exact();
}

// What neither the map nor the options change.
void add_lasting(const IterationRecord& record, Index sequence, Analysis& analysis) {
  const model::Model& model = record.model;
  analysis.log10_blame = gradient::log10_blame(model, record.trace, record.signals, sequence,
                                               record.options.truncation);
  analysis.spectral_radius = std::numeric_limits<double>::quiet_NaN();
  analysis.largest_singular_value = model::largest_singular_value(model.parameters, model.cell);
  if (model.cell == model::CellKind::rnn)
    analysis.bound = gradient::JacobianBound{model::derivative_bound(model.activation),
                                             analysis.largest_singular_value};
  add_steps(record, sequence, analysis);
}

// Sums over all steps and pairs of steps, when asked for; false when cancelled.
bool add_sums(const AnalysisOptions& options, const gradient::CancelFunction& cancelled,
              Analysis& analysis) {
  const IterationRecord& record = *analysis.record;
  if (!options.contributions) analysis.contributions.reset();
  if (!options.walk) analysis.walk.reset();
  // Where no exact map comes they are not kept waiting for it.
  const bool in_time =
      analysis.norms.is_exact() || (analysis.too_large && !std::isnan(analysis.spectral_radius));
  if (options.contributions && !analysis.contributions && in_time) {
    auto items = gradient::contributions(record.model, record.batch, record.trace, record.signals,
                                         record.options.truncation, cancelled);
    if (!items) return false;
    analysis.contributions = std::make_shared<const gradient::Contributions>(std::move(*items));
  }
  if (!options.walk || analysis.walk) return true;
  analysis.walk = gradient_walk(record, cancelled);
  return analysis.walk.has_value();
}

// The exact map leaves a third of the memory to everything else.
bool is_too_large(const IterationRecord& record, Index sequence) {
  return gradient::exact_memory(record.trace.length(sequence), size_of_state(record)) >
         static_cast<double>(parallel::physical_memory()) * 2.0 / 3.0;
}

// `norms`: nothing when `same`, which has all that lasts, has the map as well. `at_once`: without
// the spectral radius, which takes as long as the quickest map of a wide network.
std::shared_ptr<Analysis> around(std::optional<gradient::JacobianNorms> norms,
                                 std::shared_ptr<const IterationRecord> record,
                                 const AnalysisOptions& options,
                                 const gradient::CancelFunction& cancelled,
                                 const KnownNeuron& known, const Analysis* same,
                                 bool at_once = false) {
  auto analysis =
      same != nullptr ? std::make_shared<Analysis>(*same) : std::make_shared<Analysis>();
  if (same == nullptr) add_lasting(*record, norms->sequence, *analysis);
  if (!at_once && std::isnan(analysis->spectral_radius))
    analysis->spectral_radius =
        model::spectral_radius(record->model.parameters, record->model.cell);
  analysis->record = std::move(record);
  const gradient::JacobianNorms& map = norms ? *norms : analysis->norms;
  analysis->too_large = !map.is_exact() && is_too_large(*analysis->record, map.sequence);
  if (!add_neuron(options, known, cancelled, *analysis)) return nullptr;
  const bool knows_lyapunov = same != nullptr && same->norms.is_exact();
  if (norms) {
    analysis->range = gradient::log_range(norms->log10_norm);
    analysis->cells = std::make_shared<const std::vector<float>>(
        gradient::square_cells(norms->log10_norm, kNoCell));
    analysis->norms = std::move(*norms);
    analysis->chain.reset();
  }
  analysis->decay = gradient::gradient_decay(analysis->norms, {.epsilon = options.epsilon});
  if (analysis->norms.is_exact() && !add_products(options, knows_lyapunov, cancelled, *analysis))
    return nullptr;
  return add_sums(options, cancelled, *analysis) ? analysis : nullptr;
}

// Whether an estimate or a coarse map is as fine as that one, of the same kind.
bool is_as_fine(const gradient::JacobianNorms& norms, const CoarseMap& map) {
  return !norms.is_exact() && norms.estimated == map.estimated && norms.stride <= map.stride;
}

// Of an exact analysis what does not depend on the options. What was asked for beside its map is
// not always what is asked for now.
Analysis lasting_part(const Analysis& exact) {
  Analysis part = exact;
  part.spectra.reset();
  part.lyapunov.reset();
  part.contributions.reset();
  part.walk.reset();
  part.largest_lyapunov = std::numeric_limits<double>::quiet_NaN();
  return part;
}

}  // namespace

AnalysisOptions with_config(AnalysisOptions options, const config::Config& config) {
  if (options.neuron) options.neuron_options = config.lab;
  return options;
}

std::shared_ptr<const Analysis> analyse(std::shared_ptr<const IterationRecord> record,
                                        const AnalysisOptions& options,
                                        const gradient::CancelFunction& cancelled,
                                        const Analysis* earlier, const KnownNeuron& known) {
  const Index sequence = options.sequence % record->trace.batch();
  const Analysis* same = if_same(earlier, *record, sequence);
  if (has_map(same, options))
    return around(std::nullopt, std::move(record), options, cancelled, known, same);
  auto norms = gradient::jacobian_norms(record->model, record->trace, sequence, options.norm,
                                        cancelled, options.block);
  if (!norms) return nullptr;
  return around(std::move(norms), std::move(record), options, cancelled, known, same);
}

std::shared_ptr<const Analysis> analyse_coarsely(std::shared_ptr<const IterationRecord> record,
                                                 const AnalysisOptions& options,
                                                 const gradient::CancelFunction& cancelled,
                                                 const Analysis* earlier, const KnownNeuron& known,
                                                 int level) {
  const Index sequence = options.sequence % record->trace.batch();
  const Analysis* same = if_same(earlier, *record, sequence);
  if (has_map(same, options)) return nullptr;
  const auto map = coarse_map(*record, sequence, options, level);
  if (!map) return nullptr;
  std::optional<gradient::JacobianNorms> norms;
  if (!is_of(same, options) || !is_as_fine(same->norms, *map)) {
    const auto compute =
        map->estimated ? gradient::estimated_jacobian_norms : gradient::coarse_jacobian_norms;
    norms = compute(record->model, record->trace, sequence, options.norm, map->stride, cancelled,
                    options.block);
    if (!norms) return nullptr;
  } else if (level > kFirstLevel) {
    return nullptr;  // there already
  }
  std::optional<Analysis> lasting;
  if (same != nullptr && same->norms.is_exact()) same = &lasting.emplace(lasting_part(*same));
  AnalysisOptions quick = options;
  quick.walk = options.walk && cost_of_walk(*record) <= kAtOnce;
  return around(std::move(norms), std::move(record), quick, cancelled, known, same,
                level == kQuickestLevel);
}

bool exact_is_too_large(const IterationRecord& record, const AnalysisOptions& options) {
  return is_too_large(record, options.sequence % record.trace.batch());
}

std::shared_ptr<const Analysis> analyse_for_file(std::shared_ptr<const IterationRecord> record,
                                                 const AnalysisOptions& options, bool map,
                                                 const gradient::CancelFunction& cancelled,
                                                 const Analysis* earlier) {
  const bool exact = map || options.spectra || options.chain || options.contributions ||
                     options.lyapunov || options.walk;
  if (!exact) {
    // Nothing for small networks, whose exact map is there at once, or where it is there already.
    if (auto quick = analyse_coarsely(record, options, cancelled, earlier)) return quick;
  }
  if (exact_is_too_large(*record, options))
    throw std::runtime_error(
        "the exact map takes more memory than this machine can spare; fewer steps (task.steps) "
        "make it smaller");
  return analyse(std::move(record), options, cancelled, earlier);
}

bool is_slow(const IterationRecord& record, const AnalysisOptions& options) {
  constexpr double kHalfASecond = 2e10;  // operations
  const Index T = record.trace.steps(), size = size_of_state(record);
  double cost = gradient::estimated_cost(T, size, options.norm);
  if (options.contributions)
    cost += gradient::contributions_cost(record.model, record.trace, record.signals);
  if (options.walk) cost += cost_of_walk(record);
  // core/gradient/chain.h and spectrum.h; the eigenvalues of a product visit 2000 factors or more.
  const double steps = static_cast<double>(T), n = static_cast<double>(size), cubed = n * n * n;
  if (options.chain) cost += cubed * (18.0 * steps + 60.0);
  if (options.spectra && options.product)
    cost += cubed * (8.0 * std::max(2000.0, 4.0 * steps) + 16.0 * steps + 60.0);
  if (options.spectra)
    cost += cubed * 85.0 + steps * 6.0 * n * n * static_cast<double>(kMaxExponents);
  if (options.lyapunov) cost += steps * 6.0 * cubed;
  return cost > kHalfASecond;
}

void attach(std::shared_ptr<const Analysis> analysis, Snapshot& snapshot) {
  if (analysis) snapshot.spectral_radius = analysis->spectral_radius;
  snapshot.analysis = std::move(analysis);
}

}  // namespace backflow::session
