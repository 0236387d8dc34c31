#include "app/figure/vanishing_condition.h"

#include <cmath>

#include "app/figure/number_format.h"

namespace backflow::figure {
namespace {

// With as many digits as it takes not to look like 1 when it is not.
std::string beside_one(double value) {
  for (int digits = 2; digits < 12; ++digits)
    if (std::abs(value - 1.0) >= 0.5 * std::pow(10.0, -digits))
      return value < 1000.0 ? fixed(value, digits) : compact(value);
  return "1";
}

std::vector<std::string> of_linear(const std::string& rho, bool falls, const std::string& bound) {
  if (falls)
    return {"f is linear: " + rho + " < 1, so products vanish in the end; " + bound +
                " ≥ 1, so they may grow first",
            "f is linear: " + rho + " < 1, products vanish in the end",
            "linear f, " + rho + " < 1: vanishing in the end"};
  return {"f is linear: " + rho + " ≥ 1, products do not vanish",
          "linear f, " + rho + " ≥ 1: no vanishing"};
}

}  // namespace

std::vector<std::vector<std::string>> vanishing_condition(const session::Analysis& analysis) {
  if (!analysis.bound)
    return {{"σ_{1} < 1 proves nothing here: in a gated cell the gates are part of every step",
             "gates: σ_{1} < 1 alone proves no vanishing", "gates: σ_{1} proves nothing"}};
  const double factor = analysis.bound->factor();
  if (!std::isfinite(factor) || !std::isfinite(analysis.spectral_radius)) return {};
  const std::string bound = "γσ_{1} = " + beside_one(factor);
  if (analysis.bound->proves_vanishing())
    return {{bound + " < 1: every product shrinks, vanishing is certain",
             bound + " < 1: vanishing is certain", bound + " < 1"}};
  const std::string rho = "ρ = " + beside_one(analysis.spectral_radius);
  const bool falls = analysis.spectral_radius < 1.0 - 1e-12;
  if (analysis.record->model.activation.kind == model::ActivationKind::identity)
    return {of_linear(rho, falls, bound)};
  std::vector<std::vector<std::string>> lines{
      {bound + " ≥ 1: this bound promises nothing", bound + " ≥ 1: no promise"}};
  if (falls)
    lines.push_back({rho + " < 1 alone proves no vanishing: f is not linear",
                     rho + " < 1 alone proves nothing", rho + ": no proof"});
  return lines;
}

}  // namespace backflow::figure
