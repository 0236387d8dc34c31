// Heatmaps as OpenGL textures: one quad coloured by shaders/heatmap.frag into an offscreen image,
// drawn again only when something changed. Knows no figure: it takes plain numbers and colours.
//
// Everything here is called with the window's context current, in the window's thread. OpenGL state
// is put back as it was.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "app/platform/pixel_image.h"

namespace backflow::platform {

/// A map and how to colour it.
struct HeatmapInput {
  int rows = 0, cols = 0;
  /// rows · cols log10 values, row 0 at the top. NaN and +inf are "not finite", −inf "exactly
  /// zero", `no_cell` transparent.
  std::span<const float> values;
  /// Owns `values` and stands for them: the same owner again means the same values, which must not
  /// change meanwhile. It is kept until the next map under this id, so its address is not reused.
  /// Without owner the values are uploaded every time.
  std::shared_ptr<const void> owner;
  float no_cell = 0.0f;
  std::span<const unsigned char> table;  ///< RGBA entries, an odd number
  /// log10 of the first, middle and last entry; low < center < high.
  float low = -1.0f, center = 0.0f, high = 1.0f;
  Rgba below{}, above{}, zero{}, not_finite{};
  int width = 0, height = 0;  ///< of the texture in pixels; cut to what OpenGL can do
};

class HeatmapRenderer {
public:
  /// Null, with one sentence in `error`, when the shaders do not compile.
  static std::unique_ptr<HeatmapRenderer> create(std::string& error);
  ~HeatmapRenderer();
  HeatmapRenderer(const HeatmapRenderer&) = delete;
  HeatmapRenderer& operator=(const HeatmapRenderer&) = delete;

  /// The name of an RGBA8 texture whose first row is the top of the map, for the map called `id`;
  /// the same name again unless the size changed. 0 when the input is empty or does not fit
  /// together. Cheap when nothing changed.
  unsigned render(std::string_view id, const HeatmapInput& input);

  /// How often render() really drew.
  long draw_count() const;

  /// The texture last rendered for `id`; 0 × 0 when there is none.
  PixelImage read_back(std::string_view id) const;

private:
  struct Impl;
  explicit HeatmapRenderer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace backflow::platform
