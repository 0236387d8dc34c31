#include "app/figure/catalogue.h"

#include "app/figure/gradient_norm_figure.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/loss_figure.h"
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
       "the loss L over the iterations",
       {640.0, 360.0},
       build_loss,
       write_loss_csv,
       loss_tooltip},
      {"gradient-norm",
       "Gradient norm",
       "‖∇L‖ over the iterations, before and after clipping, with the threshold",
       {640.0, 360.0},
       build_gradient_norm,
       write_gradient_norm_csv,
       gradient_norm_tooltip},
      {"jacobian-norms",
       "Jacobian products ∂h_{t}/∂h_{k}",
       "heatmap of log10 ‖∂h_t/∂h_k‖ for every pair of steps",
       {720.0, 520.0},
       build_jacobian_norms,
       write_jacobian_norms_csv,
       jacobian_norms_tooltip},
  };
  return kFigures;
}

const FigureInfo* find_figure(std::string_view name) {
  for (const FigureInfo& info : catalogue())
    if (info.name == name) return &info;
  return nullptr;
}

}  // namespace backflow::figure
