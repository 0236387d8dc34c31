// What BPTT and the Jacobian products must be, whatever the network.
#include <algorithm>
#include <cmath>

#include "core/gradient/gradient_check.h"
#include "core/gradient/jacobian.h"
#include "core/gradient/jacobian_norms.h"
#include "core/model/initialization.h"
#include "core/training/trainer.h"
#include "core/verify/check_list.h"
#include "core/verify/setting.h"

namespace backflow::verify {
namespace {

using model::Index;

std::shared_ptr<const training::IterationRecord> evaluated(const config::Config& config) {
  return training::Trainer(config::make_setup(config)).evaluate();
}

Findings finite_differences(const Options& options) {
  std::vector<Finding> findings;
  const auto kinds = model::EnumNames<model::CellKind>::kAll;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (options.stops(static_cast<double>(i) / static_cast<double>(kinds.size()))) return {};
    const auto record =
        evaluated(setting({"task.name=temporal-order", "task.steps=9", "task.batch=3",
                           "model.hidden=5", "model.cell=" + std::string(kinds[i].name)}));
    const auto check = gradient::check_gradient(record->model, record->batch, record->gradients);
    double worst = 0.0;
    for (const gradient::TensorCheck& tensor : check.tensors)
      worst = tensor.inconclusive ? worst : std::max(worst, tensor.worst_error);
    findings.push_back(
        {"worst relative error, " + std::string(kinds[i].title), 0.0, worst, 1e-6, Rule::at_most});
  }
  return findings;
}

Findings norm_bound(const Options& options) {
  std::vector<Finding> findings;
  for (const char* activation : {"tanh", "sigmoid"}) {
    double worst = -std::numeric_limits<double>::infinity();
    for (int seed = 1; seed <= options.seeds; ++seed) {
      if (options.stops(static_cast<double>(seed - 1) / options.seeds)) return {};
      const auto record =
          evaluated(setting({"task.name=first-bit", "task.steps=60", "task.batch=1",
                             "model.hidden=32", std::string("model.activation=") + activation,
                             "model.spectral_radius=1.5", "model.seed=" + std::to_string(seed)}));
      const model::Model& model = record->model;
      const double log10_bound =
          std::log10(model::derivative_bound(model.activation) *
                     model::largest_singular_value(model.parameters, model.cell));
      const auto norms =
          gradient::jacobian_norms(model, record->trace, 0, gradient::MatrixNorm::spectral);
      for (Index t = 1; t <= 60; ++t)
        for (Index k = 0; k < t; ++k)
          worst = std::max(worst,
                           norms->log10_norm.at(t, k) - static_cast<double>(t - k) * log10_bound);
    }
    findings.push_back({std::string("largest ‖∂h_t/∂h_k‖ / (γσ₁)^(t−k), ") + activation, 1.0,
                        std::pow(10.0, worst), 1e-9, Rule::at_most});
  }
  return findings;
}

Findings orthogonal(const Options& options) {
  std::vector<Finding> findings;
  for (const double rho : {0.5, 1.0, 1.1}) {
    if (options.stops(0.0)) return {};
    const auto record =
        evaluated(setting({"task.name=first-bit", "task.steps=60", "task.batch=1",
                           "model.hidden=32", "model.activation=identity", "model.init=orthogonal",
                           "model.spectral_radius=" + config::format_number(rho)}));
    const auto norms =
        gradient::jacobian_norms(record->model, record->trace, 0, gradient::MatrixNorm::spectral);
    // The lag that is farthest from ρ^lag.
    double worst = 1.0;
    for (Index t = 1; t <= 60; ++t)
      for (Index k = 0; k < t; ++k) {
        const double ratio = std::pow(
            10.0, norms->log10_norm.at(t, k) - static_cast<double>(t - k) * std::log10(rho));
        if (!(std::abs(ratio - 1.0) <= std::abs(worst - 1.0))) worst = ratio;
      }
    findings.push_back({"‖∂h_t/∂h_k‖ / ρ^(t−k), farthest from 1, ρ = " + config::format_number(rho),
                        1.0, worst, 1e-10});
  }
  return findings;
}

// An LSTM whose forget gates are open and whose gates do not look at h.
Findings carousel(const Options& options) {
  if (options.stops(0.0)) return {};
  training::TrainerSetup setup =
      config::make_setup(setting({"task.name=first-bit", "task.steps=200", "task.batch=1",
                                  "model.cell=lstm", "model.hidden=8"}));
  model::Parameters& p = setup.model.parameters;
  const Index n = p.hidden_size();
  const auto gates = model::layout_of(setup.model).gates;
  p.W_hh.setZero();
  for (std::size_t gate = 0; gate < gates.size(); ++gate)
    if (gates[gate].forgets) {
      p.W_xh.middleRows(static_cast<Index>(gate) * n, n).setZero();
      p.b_h.segment(gates[gate].delta_block * n, n).setConstant(50.0);  // σ(50) is 1 in double
    }
  const auto record = training::Trainer(setup).evaluate();
  double worst = 1.0;
  for (Index k = 0; k < 200; ++k) {
    const model::Matrix product = gradient::jacobian_product(record->model, record->trace, 0, 200,
                                                             k, gradient::StateBlock::cell)
                                      .value();
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) {
        const double value = product(i, j) + (i == j ? 0.0 : 1.0);  // off the diagonal 0
        if (!(std::abs(value - 1.0) <= std::abs(worst - 1.0))) worst = value;
      }
  }
  return std::vector<Finding>{{"∂c_T/∂c_k, every lag up to 200, farthest from 1", 1.0, worst, 0.0}};
}

}  // namespace

Check finite_differences_check() {
  return {.name = "finite-differences",
          .claim = "Backpropagation through time gives the gradient of the loss.",
          .source = "central differences (L(x + h) − L(x − h)) / 2h",
          .protocol = "temporal order, T = 9, n = 5; every entry of every tensor, h = 1e-6",
          .run = finite_differences};
}

Check norm_bound_check() {
  return {.name = "norm-bound",
          .claim =
              "Products of Jacobians stay below (γσ₁)^(t−k), γ = 1 for tanh and 1/4 for the "
              "sigmoid.",
          .source = "Pascanu, Mikolov & Bengio 2013, section 2.1",
          .protocol = "Gaussian W_hh with ρ = 1.5, n = 32, T = 60; all pairs t > k",
          .run = norm_bound};
}

Check orthogonal_check() {
  return {.name = "orthogonal",
          .claim = "For ρ times an orthogonal W_hh and a linear network the bound is reached.",
          .source = "Saxe, McClelland & Ganguli 2014, section 3",
          .protocol = "identity activation, n = 32, T = 60; all pairs t > k",
          .run = orthogonal};
}

Check carousel_check() {
  return {.name = "carousel",
          .claim = "Through the constant error carousel of an LSTM the error flows unchanged.",
          .source = "Hochreiter & Schmidhuber 1997, section 3.2; Gers et al. 2000 for f = 1",
          .protocol = "LSTM with f = 1 and W_hh = 0, n = 8, T = 200; ∂c_T/∂c_k entry by entry",
          .run = carousel};
}

}  // namespace backflow::verify
