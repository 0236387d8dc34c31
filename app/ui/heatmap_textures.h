// How the user interface gets heatmaps and pulses drawn by the graphics card, without knowing
// OpenGL.
#pragma once

#include <string_view>

#include <imgui.h>

#include "app/figure/figure.h"

namespace backflow::ui {

class HeatmapTextures {
public:
  virtual ~HeatmapTextures() = default;

  /// A texture of that many pixels showing the mark's cells, valid until the frame is drawn; null
  /// when there is none. `id` tells the heatmaps of one frame apart.
  virtual ImTextureID texture(std::string_view id, const figure::HeatmapMark& mark, int pixel_width,
                              int pixel_height) = 0;

  /// The same for a pulse that moves to the right, in the mark's colours, kPulseAspect times as
  /// wide as high: the head is the square at the right end, half of it glow. Whoever draws it may
  /// stretch what is left of the head's middle.
  virtual ImTextureID pulse(const figure::PulseMark& mark, int pixel_height) = 0;
  static constexpr int kPulseAspect = 4;
};

}  // namespace backflow::ui
