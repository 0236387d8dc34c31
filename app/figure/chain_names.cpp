#include <cmath>

#include <fmt/format.h>

#include "app/figure/chain_parts.h"
#include "app/figure/number_format.h"
#include "app/figure/quantity_names.h"

namespace backflow::figure {

using gradient::Chain;
using gradient::StateBlock;
using model::Index;
using session::Analysis;

namespace {

// J_i is all of what passes a step, except for a part of an LSTM's state.
bool is_part(const Analysis& analysis) {
  return model::layout_of(analysis.record->model).has_c() &&
         analysis.chain->block != StateBlock::full;
}

}  // namespace

std::string chain_factor_name(const Analysis& analysis, Index i) {
  if (!is_part(analysis)) return fmt::format("J_{{{}}}", i);
  return jacobian_symbol(analysis.chain->block, std::to_string(i), std::to_string(i - 1));
}

std::string chain_product_name(const Chain& chain, Index k) {
  return jacobian_symbol(chain.block, std::to_string(chain.t), std::to_string(k));
}

// "J_{7} J_{6} J_{5} J_{4}", or with the middle left out.
std::string chain_factors(Index t, Index k, bool all) {
  std::string text;
  for (Index i = t; i > k; --i) {
    if (!all && i < t - 1 && i > k + 1) {
      text += " …";
      i = k + 2;
      continue;
    }
    text += fmt::format("{}J_{{{}}}", i == t ? "" : " ", i);
  }
  return text;
}

// Longest form first.
std::vector<std::string> chain_formulas(const Analysis& analysis) {
  const Chain& chain = *analysis.chain;
  const std::string name = chain_product_name(chain, chain.k);
  const bool part = is_part(analysis);
  const std::string is =
      part ? fmt::format(": the {} part of ", chain.block == StateBlock::cell ? "c" : "h") : " = ";
  const std::string whole = cell_prefix(analysis.record->model.cell) + name + is;
  std::vector<std::string> texts;
  if (chain.t - chain.k <= 8) texts.push_back(whole + chain_factors(chain.t, chain.k, true));
  texts.push_back(whole + chain_factors(chain.t, chain.k, false));
  texts.push_back(name + is + chain_factors(chain.t, chain.k, false));
  texts.push_back(name);
  return texts;
}

double log10_identity(const Chain& chain) {
  return chain.norm == gradient::MatrixNorm::spectral
             ? 0.0
             : 0.5 * std::log10(static_cast<double>(chain.size));
}

double chain_bound_at(const Analysis& analysis, Index lag) {
  if (!analysis.bound || !std::isfinite(analysis.bound->factor())) return std::nan("");
  return log10_identity(*analysis.chain) + analysis.bound->log10_at(static_cast<double>(lag));
}

std::string chain_norm_text(double log10_norm) {
  return gradient::is_not_finite(log10_norm) ? "not finite" : compact_power(log10_norm);
}

// What came of the product, and what was bound to; longest form first.
std::vector<std::string> chain_results(const Analysis& analysis) {
  const Chain& chain = *analysis.chain;
  const Index lag = chain.t - chain.k;
  const std::string value = chain_norm_text(chain.links.back().log10_product);
  const std::string own = "‖" + chain_product_name(chain, chain.k) + "‖ = " + value;
  const std::string when = ", " + sequence_name(analysis.record->trace, analysis.norms.sequence) +
                           ", iteration " + grouped(analysis.record->iteration);
  const double bound = chain_bound_at(analysis, lag);
  if (std::isnan(bound)) return {own + when, own, "‖·‖ = " + value};
  const bool spectral = chain.norm == gradient::MatrixNorm::spectral;
  const std::string power =
      (spectral ? "" : "√n ") + fmt::format("(γσ_{{1}})^{{{}}} = ", lag) + compact_power(bound);
  return {own + " ≤ " + power + when, own + " ≤ " + power, "‖·‖ = " + value + " ≤ " + power, own,
          "‖·‖ = " + value};
}

}  // namespace backflow::figure
