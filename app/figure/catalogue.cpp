#include "app/figure/catalogue.h"

#include "app/figure/accuracy_figure.h"
#include "app/figure/bifurcation_figure.h"
#include "app/figure/chain_figure.h"
#include "app/figure/contributions_figure.h"
#include "app/figure/dashboard_figure.h"
#include "app/figure/error_relief_figure.h"
#include "app/figure/error_surface_figure.h"
#include "app/figure/explanation_figure.h"
#include "app/figure/folded_figure.h"
#include "app/figure/gates_figure.h"
#include "app/figure/gradient_norm_figure.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/lag_figure.h"
#include "app/figure/learning_rate_figure.h"
#include "app/figure/loss_figure.h"
#include "app/figure/lyapunov_figure.h"
#include "app/figure/saturation_figure.h"
#include "app/figure/spectrum_figure.h"
#include "app/figure/unrolled_figure.h"
#include "app/figure/weights_figure.h"

namespace backflow::figure {

std::span<const FigureInfo> catalogue() {
  static constexpr FigureInfo kFigures[] = {
      {.name = "unrolled",
       .title = "Unrolled network",
       .card = "network",
       .description = "the network through time: activations forward, blame ∂L/∂h_t backward",
       .default_size = {960.0, 420.0},
       .build = build_unrolled,
       .write_csv = write_unrolled_csv,
       .tooltip = unrolled_tooltip,
       .needs_map = true,
       .colored = true,
       .follows = {.playhead = true,
                   .pulse = true,
                   .fold = true,
                   .highlight = true,
                   .cursor = true,
                   .steps = true,
                   .sequence = true}},
      {.name = "folded",
       .title = "Folded network",
       .card = "network",
       .description = "the network as one cell with its loop, and the weights that all steps share",
       .default_size = {640.0, 420.0},
       .build = build_folded,
       .write_csv = write_unrolled_csv,
       .tooltip = unrolled_tooltip,
       .colored = true,
       .follows = {.playhead = true, .pulse = true, .highlight = true, .sequence = true}},
      {.name = "explanation",
       .title = "Explanation",
       .description = "the formulas of one phase step with its numbers",
       .options = "--playhead chooses the step",
       .default_size = {960.0, 240.0},
       .build = build_explanation,
       .write_csv = write_explanation_csv,
       .tooltip = explanation_tooltip,
       .follows = {.playhead = true, .highlight = true, .sequence = true}},
      {.name = "loss",
       .title = "Loss",
       .card = "loss",
       .description = "the loss L over the iterations: training, validation, by chance",
       .default_size = {640.0, 360.0},
       .build = build_loss,
       .write_csv = write_loss_csv,
       .tooltip = loss_tooltip,
       .over_iterations = true,
       .follows = {.iteration = true, .loss_axis = true}},
      {.name = "accuracy",
       .title = "Accuracy",
       .card = "loss",
       .description =
           "the share of right answers over the iterations: training, validation, by chance",
       .default_size = {640.0, 360.0},
       .build = build_accuracy,
       .write_csv = write_accuracy_csv,
       .tooltip = accuracy_tooltip,
       .over_iterations = true,
       .follows = {.iteration = true}},
      {.name = "learning-rate",
       .title = "Learning rate",
       .card = "norm",
       .description = "the learning rate η over the iterations, as its schedule gave it",
       .default_size = {640.0, 360.0},
       .build = build_learning_rate,
       .write_csv = write_learning_rate_csv,
       .tooltip = learning_rate_tooltip,
       .over_iterations = true,
       .follows = {.iteration = true}},
      {.name = "gradient-norm",
       .title = "Gradient norm",
       .card = "norm",
       .description = "‖∇L‖ over the iterations, before and after clipping, with the threshold",
       .default_size = {640.0, 360.0},
       .build = build_gradient_norm,
       .write_csv = write_gradient_norm_csv,
       .tooltip = gradient_norm_tooltip,
       .over_iterations = true,
       .follows = {.iteration = true, .gradient_axis = true}},
      {.name = "jacobian-norms",
       .title = "Jacobian products",
       .card = "map",
       .description = "heatmap of log10 ‖∂h_t/∂h_k‖ for every pair of steps",
       .options = "--state chooses c of an LSTM",
       .default_size = {720.0, 520.0},
       .build = build_jacobian_norms,
       .write_csv = write_jacobian_norms_csv,
       .tooltip = jacobian_norms_tooltip,
       .cell = jacobian_norms_cell,
       .needs_map = true,
       .colored = true,
       .follows = {.cursor = true, .pinned = true, .colors = true}},
      {.name = "jacobian-chain",
       .title = "Product chain",
       .card = "map",
       .description =
           "one ∂h_t/∂h_k: its one-step Jacobians, running products, bound and singular values",
       .options = "--product T:K; else the whole sequence",
       .default_size = {960.0, 520.0},
       .build = build_jacobian_chain,
       .write_csv = write_jacobian_chain_csv,
       .tooltip = jacobian_chain_tooltip,
       .cell = jacobian_chain_cell,
       .needs_chain = true,
       .colored = true,
       .follows = {.cursor = true, .colors = true}},
      {.name = "contributions",
       .title = "Contributions",
       .card = "map",
       .description =
           "the terms of the gradient: what the loss at t says about the weights' use at k ≤ t",
       .default_size = {800.0, 420.0},
       .build = build_contributions,
       .write_csv = write_contributions_csv,
       .tooltip = contributions_tooltip,
       .cell = contributions_cell,
       .needs_contributions = true,
       .colored = true,
       .follows = {.cursor = true, .terms = true}},
      {.name = "gradient-by-lag",
       .title = "Gradient by lag",
       .card = "map",
       .description = "median ‖∂h_t/∂h_{t−lag}‖ by lag with quartiles, fitted factor, bound "
                      "(γσ₁)^{lag}, Lyapunov slope and reach",
       .default_size = {640.0, 400.0},
       .build = build_gradient_by_lag,
       .write_csv = write_gradient_by_lag_csv,
       .tooltip = gradient_by_lag_tooltip,
       .cell = gradient_by_lag_cell,
       .needs_map = true,
       .follows = {.cursor = true}},
      {.name = "spectrum",
       .title = "Spectrum",
       .card = "loss",
       .description = "eigenvalues and singular values of W_hh (of a gated cell: of the block that "
                      "makes the new state), Lyapunov exponents of the trajectory",
       .default_size = {960.0, 380.0},
       .build = build_spectrum,
       .write_csv = write_spectrum_csv,
       .tooltip = spectrum_tooltip,
       .needs_spectra = true,
       .follows = {.plane = true}},
      {.name = "weights",
       .title = "Recurrent weights",
       .card = "loss",
       .description = "W_hh as a matrix picture, with ρ, σ₁ and what they say about vanishing",
       .default_size = {560.0, 420.0},
       .build = build_weights,
       .write_csv = write_weights_csv,
       .tooltip = weights_tooltip,
       .colored = true,
       .follows = {.playhead = true, .weights = true}},
      {.name = "saturation",
       .title = "Saturation",
       .card = "norm",
       .description = "where a_t and the slopes f′(a_t)/γ of the units lie at every step, and the "
                      "saturated share",
       .default_size = {640.0, 440.0},
       .build = build_saturation,
       .write_csv = write_saturation_csv,
       .tooltip = saturation_tooltip,
       .cell = saturation_cell,
       .follows = {.cursor = true}},
      {.name = "gates",
       .title = "Gates",
       .card = "norm",
       .description = "how far the gates of an LSTM or a GRU are open at every step: mean, "
                      "quartiles and all of the units",
       .default_size = {640.0, 520.0},
       .build = build_gates,
       .write_csv = write_gates_csv,
       .tooltip = gates_tooltip,
       .cell = gates_cell,
       .of_gates = true,
       .follows = {.cursor = true}},
      {.name = "lyapunov",
       .title = "Lyapunov spectrum",
       .card = "loss",
       .description = "all Lyapunov exponents along one sequence, how they settle from step to "
                      "step, and those of a linear network with the same W_hh",
       .default_size = {960.0, 420.0},
       .build = build_lyapunov,
       .write_csv = write_lyapunov_csv,
       .tooltip = lyapunov_tooltip,
       .needs_lyapunov = true},
      {.name = "error-surface",
       .title = "Error surface",
       .card = "norm",
       .description = "the error of one neuron over its weight w and bias b after T steps, its "
                      "wall, and two descents, with and without clipping",
       .options = "--set lab.… chooses neuron and start",
       .default_size = {960.0, 520.0},
       .build = build_error_surface,
       .write_csv = write_error_surface_csv,
       .tooltip = error_surface_tooltip,
       .needs_neuron = true,
       .colored = true},
      {.name = "error-relief",
       .title = "Error relief",
       .card = "norm",
       .description = "the error of one neuron as heights over its weight w and bias b, lit, with "
                      "the same two descents on it",
       .options =
           "--set lab.… chooses neuron and start, --turn and --tilt the side it is seen from",
       .default_size = {960.0, 520.0},
       .build = build_error_relief,
       .write_csv = write_error_surface_csv,
       .tooltip = error_relief_tooltip,
       .needs_neuron = true,
       .colored = true,
       .follows = {.relief = true}},
      {.name = "bifurcation",
       .title = "Bifurcation",
       .card = "norm",
       .description = "stable and unstable states of one neuron over its bias b, and where they "
                      "meet and vanish",
       .options = "--set lab.start_w=… chooses w",
       .default_size = {800.0, 460.0},
       .build = build_bifurcation,
       .write_csv = write_bifurcation_csv,
       .tooltip = bifurcation_tooltip,
       .needs_neuron = true},
      {.name = "dashboard",
       .title = "Dashboard",
       .description = "network, Jacobian products, loss and gradient norm in one picture",
       .default_size = {1280.0, 800.0},
       .build = build_dashboard,
       .write_csv = write_dashboard_csv,
       .tooltip = dashboard_tooltip,
       .needs_map = true,
       .colored = true,
       .follows = {.playhead = true,
                   .pulse = true,
                   .fold = true,
                   .highlight = true,
                   .cursor = true,
                   .iteration = true,
                   .pinned = true,
                   .steps = true,
                   .sequence = true,
                   .colors = true,
                   .loss_axis = true,
                   .gradient_axis = true}},
  };
  return kFigures;
}

View relevant(const FigureInfo& info, const View& view) {
  const Follows& follows = info.follows;
  View kept;
  if (follows.playhead) kept.playhead = view.playhead;
  if (follows.pulse && view.playhead) kept.pulse = view.pulse;
  if (follows.fold) kept.fold = view.fold;
  if (follows.highlight) kept.highlight = view.highlight;
  if (follows.cursor) kept.cursor = view.cursor;
  if (follows.iteration) kept.cursor_iteration = view.cursor_iteration;
  if (follows.pinned) kept.pinned = view.pinned;
  if (follows.steps) kept.first_step = view.first_step, kept.last_step = view.last_step;
  if (follows.sequence) kept.sequence = view.sequence;
  if (follows.colors) kept.heatmap_low = view.heatmap_low, kept.heatmap_high = view.heatmap_high;
  if (follows.loss_axis) kept.loss_log = view.loss_log;
  if (follows.gradient_axis)
    kept.gradient_log = view.gradient_log, kept.gradient_range = view.gradient_range;
  if (follows.terms) {
    kept.contribution_tensor = view.contribution_tensor;
    kept.contribution_relative = view.contribution_relative;
  }
  if (follows.weights) kept.weight_gate = view.weight_gate, kept.weight_row = view.weight_row;
  if (follows.relief) kept.relief_turn = view.relief_turn, kept.relief_tilt = view.relief_tilt;
  if (follows.plane) kept.plane_radius = view.plane_radius;
  return kept;
}

void ask_for(const FigureInfo& info, session::AnalysisOptions& options) {
  options.spectra = options.spectra || info.needs_spectra;
  options.chain = options.chain || info.needs_chain;
  options.contributions = options.contributions || info.needs_contributions;
  options.lyapunov = options.lyapunov || info.needs_lyapunov;
  options.neuron = options.neuron || info.needs_neuron;
}

const FigureInfo* find_figure(std::string_view name) {
  for (const FigureInfo& info : catalogue())
    if (info.name == name) return &info;
  return nullptr;
}

}  // namespace backflow::figure
