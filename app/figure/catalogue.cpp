#include "app/figure/catalogue.h"

#include "app/figure/accuracy_figure.h"
#include "app/figure/chain_figure.h"
#include "app/figure/contributions_figure.h"
#include "app/figure/gradient_norm_figure.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/lag_figure.h"
#include "app/figure/learning_rate_figure.h"
#include "app/figure/loss_figure.h"
#include "app/figure/saturation_figure.h"
#include "app/figure/spectrum_figure.h"
#include "app/figure/unrolled_figure.h"

namespace backflow::figure {

std::span<const FigureInfo> catalogue() {
  static constexpr FigureInfo kFigures[] = {
      {"unrolled",
       "Unrolled network",
       "the network through time: activations forward, blame ∂L/∂h_t backward",
       {960.0, 420.0},
       build_unrolled,
       write_unrolled_csv,
       unrolled_tooltip},
      {"loss",
       "Loss",
       "the loss L over the iterations: training, validation, by chance",
       {640.0, 360.0},
       build_loss,
       write_loss_csv,
       loss_tooltip,
       false,
       false,
       false,
       nullptr,
       true},
      {"accuracy",
       "Accuracy",
       "the share of right answers over the iterations: training, validation, by chance",
       {640.0, 360.0},
       build_accuracy,
       write_accuracy_csv,
       accuracy_tooltip,
       false,
       false,
       false,
       nullptr,
       true},
      {"learning-rate",
       "Learning rate",
       "the learning rate η over the iterations, as its schedule gave it",
       {640.0, 360.0},
       build_learning_rate,
       write_learning_rate_csv,
       learning_rate_tooltip,
       false,
       false,
       false,
       nullptr,
       true},
      {"gradient-norm",
       "Gradient norm",
       "‖∇L‖ over the iterations, before and after clipping, with the threshold",
       {640.0, 360.0},
       build_gradient_norm,
       write_gradient_norm_csv,
       gradient_norm_tooltip,
       false,
       false,
       false,
       nullptr,
       true},
      {"jacobian-norms",
       "Jacobian products",
       "heatmap of log10 ‖∂h_t/∂h_k‖ for every pair of steps (--state chooses c of an LSTM)",
       {720.0, 520.0},
       build_jacobian_norms,
       write_jacobian_norms_csv,
       jacobian_norms_tooltip,
       false,
       false,
       false,
       jacobian_norms_cell},
      {"jacobian-chain",
       "Product chain",
       "one ∂h_t/∂h_k: its one-step Jacobians, running products, bound and singular values "
       "(--product T:K; else the whole sequence)",
       {960.0, 520.0},
       build_jacobian_chain,
       write_jacobian_chain_csv,
       jacobian_chain_tooltip,
       false,
       true,
       false,
       jacobian_chain_cell},
      {"contributions",
       "Contributions",
       "the terms of the gradient: what the loss at t says about the weights' use at k ≤ t",
       {800.0, 420.0},
       build_contributions,
       write_contributions_csv,
       contributions_tooltip,
       false,
       false,
       true,
       contributions_cell},
      {"gradient-by-lag",
       "Gradient by lag",
       "median ‖∂h_t/∂h_{t−lag}‖ by lag with quartiles, fitted factor, bound (γσ₁)^lag, Lyapunov "
       "slope and reach",
       {640.0, 400.0},
       build_gradient_by_lag,
       write_gradient_by_lag_csv,
       gradient_by_lag_tooltip,
       false,
       false,
       false,
       gradient_by_lag_cell},
      {"spectrum",
       "Spectrum",
       "eigenvalues and singular values of W_hh (of a gated cell: of the block that makes the new "
       "state), Lyapunov exponents of the trajectory",
       {960.0, 380.0},
       build_spectrum,
       write_spectrum_csv,
       spectrum_tooltip,
       true},
      {"saturation",
       "Saturation",
       "where a_t and the slopes f′(a_t)/γ of the units lie at every step, and the saturated share",
       {640.0, 440.0},
       build_saturation,
       write_saturation_csv,
       saturation_tooltip,
       false,
       false,
       false,
       saturation_cell},
  };
  return kFigures;
}

const FigureInfo* find_figure(std::string_view name) {
  for (const FigureInfo& info : catalogue())
    if (info.name == name) return &info;
  return nullptr;
}

}  // namespace backflow::figure
