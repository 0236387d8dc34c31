// Pulses as OpenGL textures, drawn by shaders/pulse.frag: a soft drop that moves to the right. The
// window turns and moves the picture, and stretches its tail; of each look there is one.
//
// As HeatmapRenderer: called with the window's context current, OpenGL state is put back.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "app/platform/pixel_image.h"

namespace backflow::platform {

/// How it looks.
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

  /// The name of an RGBA8 texture, alpha not premultiplied; 0 when it has no size. The kKept looks
  /// asked for last are there without drawing; the name of an older one may go to another look.
  unsigned render(const PulseInput& input);
  static constexpr std::size_t kKept = 64;

  /// How often render() really drew.
  long draw_count() const;

  /// The texture of that look; 0 × 0 when there is none.
  PixelImage read_back(const PulseInput& input) const;

private:
  struct Impl;
  explicit PulseRenderer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace backflow::platform
