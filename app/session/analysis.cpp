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

void add_saturation(const IterationRecord& record, Index sequence, Analysis& analysis) {
  const model::Activation& f = record.model.activation;
  const double gamma = model::derivative_bound(f);
  const Index n = record.model.parameters.hidden_size(), T = record.trace.length(sequence);
  model::Matrix slopes(n, 1), all(n, T);
  for (Index t = 1; t <= T; ++t) {
    all.col(t - 1) = activated(record, t, sequence);
    model::derivative(f, all.col(t - 1), slopes);
    analysis.saturation.push_back(gradient::saturation(slopes.col(0), gamma));
    slopes = slopes.cwiseAbs() / gamma;
    analysis.slopes.push_back(gradient::five_numbers(slopes.col(0)));
    analysis.pre_activations.push_back(gradient::five_numbers(all.col(t - 1)));
  }
  analysis.pre_activation_histogram = gradient::histogram(all, kActivationBins);
}

using Jacobians = std::vector<gradient::ScaledMatrix>;

StepPair limited(StepPair pair, Index T) {
  pair.t = std::min(pair.t, T);
  pair.k = std::min(pair.k, pair.t);
  return pair;
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

std::optional<Spectra> spectra_of(const IterationRecord& record, const Jacobians& jacobians,
                                  const AnalysisOptions& options,
                                  const gradient::CancelFunction& cancelled) {
  std::optional<StepPair> product = options.product;
  if (product) product = limited(*product, static_cast<Index>(jacobians.size()));
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

// Everything that is made of the one-step Jacobians; false when cancelled.
bool add_products(const IterationRecord& record, const gradient::JacobianNorms& norms,
                  const AnalysisOptions& options, const gradient::CancelFunction& cancelled,
                  Analysis& analysis) {
  const Jacobians jacobians = gradient::step_jacobians(record.model, record.trace, norms.sequence);
  if (options.spectra) {
    analysis.spectra = spectra_of(record, jacobians, options, cancelled);
    if (!analysis.spectra) return false;
    analysis.largest_lyapunov = analysis.spectra->lyapunov.exponents.front();
  } else {
    const auto one = gradient::lyapunov_exponents(jacobians, {.count = 1}, cancelled);
    if (!one) return false;
    analysis.largest_lyapunov = one->exponents.front();
  }
  if (!options.chain) return true;
  const Index T = static_cast<Index>(jacobians.size());
  const StepPair pair = limited(options.product.value_or(StepPair{T, 0}), T);
  auto chain = gradient::chain(
      jacobians, pair.t, pair.k, gradient::mapped_block(record.model, norms.norm, norms.block),
      norms.norm, norms.stride == 1 ? &norms.log10_norm : nullptr, {}, cancelled);
  if (!chain) return false;
  analysis.chain = std::make_shared<const gradient::Chain>(std::move(*chain));
  return true;
}

// The map that an earlier analysis has, when it is of the same.
const gradient::JacobianNorms* known_norms(const Analysis* earlier, const IterationRecord& record,
                                           Index sequence, const AnalysisOptions& options) {
  if (earlier == nullptr || earlier->record.get() != &record) return nullptr;
  const gradient::JacobianNorms& norms = earlier->norms;
  const bool same =
      norms.stride == 1 && norms.norm == options.norm && norms.sequence == sequence &&
      norms.block == gradient::mapped_block(record.model, options.norm, options.block).block;
  return same ? &norms : nullptr;
}

std::shared_ptr<const Analysis> around(gradient::JacobianNorms norms,
                                       std::shared_ptr<const IterationRecord> record,
                                       const AnalysisOptions& options,
                                       const gradient::CancelFunction& cancelled,
                                       const Analysis* earlier = nullptr) {
  auto analysis = std::make_shared<Analysis>();
  const model::Model& model = record->model;
  analysis->log10_blame = gradient::log10_blame(model, record->trace, record->signals,
                                                norms.sequence, record->options.truncation);
  analysis->decay = gradient::gradient_decay(norms, {.epsilon = options.epsilon});
  analysis->largest_singular_value = model::largest_singular_value(model.parameters, model.cell);
  if (model.cell == model::CellKind::rnn)
    analysis->bound = gradient::JacobianBound{model::derivative_bound(model.activation),
                                              analysis->largest_singular_value};
  add_saturation(*record, norms.sequence, *analysis);
  if (norms.stride == 1 && !add_products(*record, norms, options, cancelled, *analysis))
    return nullptr;
  if (options.contributions && norms.stride == 1) {
    if (earlier != nullptr && earlier->record == record)
      analysis->contributions = earlier->contributions;
    if (!analysis->contributions) {
      auto items = gradient::contributions(model, record->batch, record->trace, record->signals,
                                           record->options.truncation, cancelled);
      if (!items) return nullptr;
      analysis->contributions = std::make_shared<const gradient::Contributions>(std::move(*items));
    }
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
                                        const gradient::CancelFunction& cancelled,
                                        const Analysis* earlier) {
  const Index sequence = options.sequence % record->trace.batch();
  if (const auto* norms = known_norms(earlier, *record, sequence, options))
    return around(*norms, std::move(record), options, cancelled, earlier);
  auto norms = gradient::jacobian_norms(record->model, record->trace, sequence, options.norm,
                                        cancelled, options.block);
  if (!norms) return nullptr;
  return around(std::move(*norms), std::move(record), options, cancelled, earlier);
}

std::shared_ptr<const Analysis> analyse_coarsely(std::shared_ptr<const IterationRecord> record,
                                                 const AnalysisOptions& options,
                                                 const gradient::CancelFunction& cancelled,
                                                 const Analysis* earlier) {
  const Index sequence = options.sequence % record->trace.batch();
  if (known_norms(earlier, *record, sequence, options) != nullptr) return nullptr;
  const Index stride = quick_stride(*record, sequence, options);
  if (stride == 1) return nullptr;
  auto norms = gradient::coarse_jacobian_norms(record->model, record->trace, sequence, options.norm,
                                               stride, cancelled, options.block);
  if (!norms) return nullptr;
  AnalysisOptions quick = options;
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
