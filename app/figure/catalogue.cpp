#include "app/figure/catalogue.h"

#include "app/figure/accuracy_figure.h"
#include "app/figure/explanation_figure.h"
#include "app/figure/folded_figure.h"
#include "app/figure/gradient_norm_figure.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/lag_figure.h"
#include "app/figure/learning_rate_figure.h"
#include "app/figure/loss_figure.h"
#include "app/figure/saturation_figure.h"
#include "app/figure/spectrum_figure.h"
#include "app/figure/unrolled_figure.h"
#include "app/figure/weights_figure.h"

namespace backflow::figure {

std::span<const FigureInfo> catalogue() {
  static constexpr FigureInfo kFigures[] = {
      {"unrolled",
       "Unrolled network",
       "the network through time: activations forward, blame ∂L/∂h_t backward",
       {960.0, 420.0},
       build_unrolled,
       write_unrolled_csv,
       unrolled_tooltip,
       false,
       true},
      {"folded",
       "Folded network",
       "the network as one cell with its loop, and the weights that all steps share",
       {640.0, 420.0},
       build_folded,
       write_unrolled_csv,
       unrolled_tooltip,
       false,
       true},
      {"explanation",
       "Explanation",
       "the formulas of one phase step with its numbers (--playhead chooses the step)",
       {960.0, 240.0},
       build_explanation,
       write_explanation_csv,
       explanation_tooltip},
      {"loss",
       "Loss",
       "the loss L over the iterations: training, validation, by chance",
       {640.0, 360.0},
       build_loss,
       write_loss_csv,
       loss_tooltip},
      {"accuracy",
       "Accuracy",
       "the share of right answers over the iterations: training, validation, by chance",
       {640.0, 360.0},
       build_accuracy,
       write_accuracy_csv,
       accuracy_tooltip},
      {"learning-rate",
       "Learning rate",
       "the learning rate η over the iterations, as its schedule gave it",
       {640.0, 360.0},
       build_learning_rate,
       write_learning_rate_csv,
       learning_rate_tooltip},
      {"gradient-norm",
       "Gradient norm",
       "‖∇L‖ over the iterations, before and after clipping, with the threshold",
       {640.0, 360.0},
       build_gradient_norm,
       write_gradient_norm_csv,
       gradient_norm_tooltip},
      {"jacobian-norms",
       "Jacobian products",
       "heatmap of log10 ‖∂h_t/∂h_k‖ for every pair of steps (--state chooses c of an LSTM)",
       {720.0, 520.0},
       build_jacobian_norms,
       write_jacobian_norms_csv,
       jacobian_norms_tooltip},
      {"gradient-by-lag",
       "Gradient by lag",
       "median ‖∂h_t/∂h_{t−lag}‖ by lag with quartiles, fitted factor, bound (γσ₁)^lag and reach",
       {640.0, 400.0},
       build_gradient_by_lag,
       write_gradient_by_lag_csv,
       gradient_by_lag_tooltip},
      {"spectrum",
       "Spectrum",
       "eigenvalues and singular values of W_hh (of a gated cell: of the block that makes the new "
       "state), Lyapunov exponents of the trajectory",
       {960.0, 380.0},
       build_spectrum,
       write_spectrum_csv,
       spectrum_tooltip,
       true},
      {"weights",
       "Recurrent weights",
       "W_hh as a matrix picture, with ρ, σ₁ and what they say about vanishing",
       {560.0, 420.0},
       build_weights,
       write_weights_csv,
       weights_tooltip},
      {"saturation",
       "Saturation",
       "mean slope f′(a_t)/γ and share of saturated units at every step",
       {640.0, 360.0},
       build_saturation,
       write_saturation_csv,
       saturation_tooltip},
  };
  return kFigures;
}

const FigureInfo* find_figure(std::string_view name) {
  for (const FigureInfo& info : catalogue())
    if (info.name == name) return &info;
  return nullptr;
}

}  // namespace backflow::figure
