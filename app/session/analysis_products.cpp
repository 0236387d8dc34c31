#include "app/session/analysis_products.h"

#include <algorithm>
#include <numbers>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/gradient/jacobian.h"

namespace backflow::session {
namespace {

using model::Index;
using training::IterationRecord;
using Jacobians = std::vector<gradient::ScaledMatrix>;

StepPair limited(StepPair pair, Index T) {
  pair.t = std::min(pair.t, T);
  pair.k = std::min(pair.k, pair.t);
  return pair;
}

// Made when first wanted: those of long sequences of wide networks take gigabytes.
class LazyJacobians {
public:
  LazyJacobians(const IterationRecord& record, Index sequence)
      : record_(record), sequence_(sequence) {}

  const Jacobians& operator()() {
    if (jacobians_.empty())
      jacobians_ = gradient::step_jacobians(record_.model, record_.trace, sequence_);
    return jacobians_;
  }

private:
  const IterationRecord& record_;
  Index sequence_;
  Jacobians jacobians_;
};

std::optional<gradient::Spectrum> spectrum_of(const IterationRecord& record,
                                              LazyJacobians& jacobians,
                                              std::optional<StepPair> product,
                                              gradient::BlockRange block,
                                              const gradient::CancelFunction& cancelled) {
  if (!product)
    return gradient::spectrum(model::block_of_new_state(record.model.parameters, record.model.cell),
                              cancelled);
  if (product->k < product->t)
    return gradient::spectrum(std::span(jacobians())
                                  .subspan(static_cast<std::size_t>(product->k),
                                           static_cast<std::size_t>(product->t - product->k)),
                              block, cancelled);
  return gradient::spectrum(model::Matrix::Identity(block.count, block.count), cancelled);
}

// With what `analysis` has of them already; false when cancelled.
bool add_spectra(const IterationRecord& record, LazyJacobians& jacobians,
                 std::optional<StepPair> product, const gradient::CancelFunction& cancelled,
                 Analysis& analysis) {
  const gradient::StateBlock block = analysis.norms.block;
  if (analysis.spectra && analysis.spectra->product == product &&
      (!product || analysis.spectra->block == block))
    return true;
  auto spectrum = spectrum_of(
      record, jacobians, product,
      gradient::mapped_block(record.model, analysis.norms.norm, block).range, cancelled);
  if (!spectrum) return false;
  if (!analysis.spectra) {
    auto all = gradient::lyapunov_exponents(jacobians(), {.count = kMaxExponents}, cancelled);
    if (!all) return false;
    analysis.spectra.emplace().lyapunov = std::move(*all);
  }
  analysis.spectra->recurrent = std::move(*spectrum);
  analysis.spectra->product = product;
  analysis.spectra->block = block;
  analysis.largest_lyapunov = analysis.spectra->lyapunov.exponents.front();
  return true;
}

// ln |λ|, falling, of W_hh.
std::optional<std::vector<double>> linear_exponents(const IterationRecord& record,
                                                    const gradient::CancelFunction& cancelled) {
  std::vector<double> logs;
  if (record.model.cell != model::CellKind::rnn) return logs;
  const gradient::ScaledMatrix W{record.model.parameters.W_hh, 0};
  const auto values = gradient::eigenvalues(std::span(&W, 1), cancelled);
  if (!values) return std::nullopt;
  for (const gradient::Eigenvalue& value : *values)
    logs.push_back(value.log10_modulus * std::numbers::ln10);
  return logs;
}

// All exponents, unless they are there or not wanted; false when cancelled.
bool add_lyapunov(const AnalysisOptions& options, LazyJacobians& jacobians,
                  const gradient::CancelFunction& cancelled, Analysis& analysis) {
  if (!options.lyapunov) analysis.lyapunov.reset();
  if (!options.lyapunov || analysis.lyapunov) return true;
  auto linear = linear_exponents(*analysis.record, cancelled);
  if (!linear) return false;
  auto all = gradient::lyapunov_exponents(jacobians(), {}, cancelled);
  if (!all) return false;
  analysis.lyapunov =
      std::make_shared<const LyapunovStudy>(LyapunovStudy{std::move(*all), std::move(*linear)});
  return true;
}

}  // namespace

bool add_products(const AnalysisOptions& options, bool knows_lyapunov,
                  const gradient::CancelFunction& cancelled, Analysis& analysis) {
  const IterationRecord& record = *analysis.record;
  const gradient::JacobianNorms& norms = analysis.norms;
  LazyJacobians jacobians(record, norms.sequence);
  const Index T = record.trace.length(norms.sequence);
  if (!options.spectra) analysis.spectra.reset();
  if (options.spectra) {
    std::optional<StepPair> product = options.product;
    if (product) product = limited(*product, T);
    if (!add_spectra(record, jacobians, product, cancelled, analysis)) return false;
  } else if (!knows_lyapunov) {
    const auto one = gradient::lyapunov_exponents(jacobians(), {.count = 1}, cancelled);
    if (!one) return false;
    analysis.largest_lyapunov = one->exponents.front();
  }
  if (!add_lyapunov(options, jacobians, cancelled, analysis)) return false;
  const StepPair pair = limited(options.product.value_or(StepPair{T, 0}), T);
  const auto& known = analysis.chain;
  if (!options.chain || (known && (known->t != pair.t || known->k != pair.k)))
    analysis.chain.reset();
  if (!options.chain || analysis.chain) return true;
  auto chain = gradient::chain(jacobians(), pair.t, pair.k,
                               gradient::mapped_block(record.model, norms.norm, norms.block),
                               norms.norm, &norms.log10_norm, {}, cancelled);
  if (!chain) return false;
  analysis.chain = std::make_shared<const gradient::Chain>(std::move(*chain));
  return true;
}

}  // namespace backflow::session
