// Pulses as OpenGL textures, drawn by shaders/pulse.frag: a soft drop that moves to the right. The
// window turns and moves the picture; it is drawn again only when its look changes.
//
// As HeatmapRenderer: called with the window's context current, OpenGL state is put back.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "app/platform/pixel_image.h"

namespace backflow::platform {

struct PulseInput {
  int width = 0, height = 0;  ///< in pixels; the head is a square at the right end
  float radius = 1.0f;        ///< of the head without its glow
  Rgba core{}, glow{};
  bool operator==(const PulseInput&) const = default;
};

class PulseRenderer {
public:
  /// Null, with one sentence in `error`, when the shaders do not compile.
  static std::unique_ptr<PulseRenderer> create(std::string& error);
  ~PulseRenderer();
  PulseRenderer(const PulseRenderer&) = delete;
  PulseRenderer& operator=(const PulseRenderer&) = delete;

  /// The name of an RGBA8 texture, alpha not premultiplied, for the pulse called `id`; 0 when it
  /// has no size.
  unsigned render(std::string_view id, const PulseInput& input);

  /// The texture last rendered for `id`; 0 × 0 when there is none.
  PixelImage read_back(std::string_view id) const;

private:
  struct Impl;
  explicit PulseRenderer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace backflow::platform
