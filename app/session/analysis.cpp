#include "app/session/analysis.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "app/session/gradient_walk.h"
#include "core/gradient/blame.h"
#include "core/gradient/coarse_norms.h"
#include "core/gradient/jacobian.h"
#include "core/model/initialization.h"

namespace backflow::session {
namespace {

using model::Index;
using training::IterationRecord;

// The rows of Trace::a that go through f: all of the vanilla cell's, the new state's of the others.
auto activated(const IterationRecord& record, Index t, Index sequence) {
  const Index n = record.model.parameters.hidden_size();
  const Index block = model::layout_of(record.model).new_state_block;
  return record.trace.a.step(t).col(sequence).segment(block * n, n);
}

std::vector<gradient::Saturation> saturation_per_step(const IterationRecord& record,
                                                      Index sequence) {
  const model::Activation& f = record.model.activation;
  std::vector<gradient::Saturation> steps;
  model::Matrix slopes(record.model.parameters.hidden_size(), 1);
  for (Index t = 1; t <= record.trace.length(sequence); ++t) {
    model::derivative(f, activated(record, t, sequence), slopes);
    steps.push_back(gradient::saturation(slopes.col(0), model::derivative_bound(f)));
  }
  return steps;
}

std::optional<gradient::Spectrum> spectrum_of_product(
    const std::vector<gradient::ScaledMatrix>& jacobians, StepPair pair,
    const gradient::CancelFunction& cancelled) {
  if (pair.k < pair.t)
    return gradient::spectrum(
        std::vector<gradient::ScaledMatrix>(jacobians.begin() + pair.k, jacobians.begin() + pair.t),
        cancelled);
  const Index size = jacobians.front().mantissa.rows();
  return gradient::spectrum(model::Matrix::Identity(size, size), cancelled);
}

std::optional<Spectra> spectra_of(const IterationRecord& record, Index sequence,
                                  const AnalysisOptions& options,
                                  const gradient::CancelFunction& cancelled) {
  const auto jacobians = gradient::step_jacobians(record.model, record.trace, sequence);
  std::optional<StepPair> product = options.product;
  if (product) {
    product->t = std::min(product->t, static_cast<Index>(jacobians.size()));
    product->k = std::min(product->k, product->t);
  }
  auto spectrum =
      product
          ? spectrum_of_product(jacobians, *product, cancelled)
          : gradient::spectrum(
                model::block_of_new_state(record.model.parameters, record.model.cell), cancelled);
  if (!spectrum) return std::nullopt;
  auto lyapunov = gradient::lyapunov_exponents(jacobians, {.count = kMaxExponents}, cancelled);
  if (!lyapunov) return std::nullopt;
  return Spectra{std::move(*spectrum), product, std::move(*lyapunov)};
}

std::shared_ptr<const Analysis> around(gradient::JacobianNorms norms,
                                       std::shared_ptr<const IterationRecord> record,
                                       const AnalysisOptions& options,
                                       const gradient::CancelFunction& cancelled) {
  auto analysis = std::make_shared<Analysis>();
  const model::Model& model = record->model;
  analysis->log10_blame = gradient::log10_blame(model, record->trace, record->signals,
                                                norms.sequence, record->options.truncation);
  analysis->decay = gradient::gradient_decay(norms, {.epsilon = options.epsilon});
  analysis->largest_singular_value = model::largest_singular_value(model.parameters, model.cell);
  if (model.cell == model::CellKind::rnn)
    analysis->bound = gradient::JacobianBound{model::derivative_bound(model.activation),
                                              analysis->largest_singular_value};
  analysis->saturation = saturation_per_step(*record, norms.sequence);
  if (options.spectra) {
    analysis->spectra = spectra_of(*record, norms.sequence, options, cancelled);
    if (!analysis->spectra) return nullptr;
  }
  if (options.walk) {
    analysis->walk = gradient_walk(*record, cancelled);
    if (!analysis->walk) return nullptr;
  }
  analysis->range = gradient::log_range(norms.log10_norm);
  analysis->cells =
      std::make_shared<const std::vector<float>>(gradient::square_cells(norms.log10_norm, kNoCell));
  analysis->norms = std::move(norms);
  analysis->spectral_radius = model::spectral_radius(model.parameters, model.cell);
  analysis->record = std::move(record);
  return analysis;
}

// Operations that take about ten milliseconds.
constexpr double kAtOnce = 4e8;

// The smallest stride whose map can be shown at once; 1 when the exact one can.
Index quick_stride(const IterationRecord& record, Index sequence, const AnalysisOptions& options) {
  const Index T = record.trace.length(sequence);
  const Index size = record.trace.h.rows() + record.trace.c.rows();
  Index stride = 1;
  while (stride < T && T / stride > 8 &&
         gradient::estimated_cost(T, size, options.norm, stride) > kAtOnce)
    ++stride;
  return stride;
}

}  // namespace

std::shared_ptr<const Analysis> analyse(std::shared_ptr<const IterationRecord> record,
                                        const AnalysisOptions& options,
                                        const gradient::CancelFunction& cancelled) {
  const Index sequence = options.sequence % record->trace.batch();
  auto norms = gradient::jacobian_norms(record->model, record->trace, sequence, options.norm,
                                        cancelled, options.block);
  if (!norms) return nullptr;
  return around(std::move(*norms), std::move(record), options, cancelled);
}

std::shared_ptr<const Analysis> analyse_coarsely(std::shared_ptr<const IterationRecord> record,
                                                 const AnalysisOptions& options,
                                                 const gradient::CancelFunction& cancelled) {
  const Index sequence = options.sequence % record->trace.batch();
  const Index stride = quick_stride(*record, sequence, options);
  if (stride == 1) return nullptr;
  auto norms = gradient::coarse_jacobian_norms(record->model, record->trace, sequence, options.norm,
                                               stride, cancelled, options.block);
  if (!norms) return nullptr;
  AnalysisOptions quick = options;
  quick.spectra = false;
  quick.walk = options.walk && cost_of_walk(*record) <= kAtOnce;
  return around(std::move(*norms), std::move(record), quick, cancelled);
}

bool is_slow(const IterationRecord& record, const AnalysisOptions& options) {
  constexpr double kHalfASecond = 2e10;  // operations
  const Index size = record.trace.h.rows() + record.trace.c.rows();
  return gradient::estimated_cost(record.trace.steps(), size, options.norm) > kHalfASecond;
}

void attach(std::shared_ptr<const Analysis> analysis, Snapshot& snapshot) {
  if (analysis) snapshot.spectral_radius = analysis->spectral_radius;
  snapshot.analysis = std::move(analysis);
}

}  // namespace backflow::session
