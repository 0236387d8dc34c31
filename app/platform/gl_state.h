// Keeps what others set in OpenGL: Dear ImGui's back end draws in the same context.
#pragma once

#include <array>

#include <epoxy/gl.h>

namespace backflow::platform {

/// Remembers the state that drawing and uploading in this folder touches, and puts it back at the
/// end of its life.
class GlStateGuard {
public:
  GlStateGuard();
  ~GlStateGuard();
  GlStateGuard(const GlStateGuard&) = delete;
  GlStateGuard& operator=(const GlStateGuard&) = delete;

private:
  static constexpr std::array<GLenum, 7> kSwitches = {
      GL_BLEND,        GL_CULL_FACE,    GL_DEPTH_TEST,       GL_FRAMEBUFFER_SRGB,
      GL_SCISSOR_TEST, GL_STENCIL_TEST, GL_PRIMITIVE_RESTART};
  static constexpr std::array<GLenum, 8> kPixelStores = {
      GL_UNPACK_ALIGNMENT, GL_UNPACK_ROW_LENGTH, GL_UNPACK_SKIP_ROWS, GL_UNPACK_SKIP_PIXELS,
      GL_PACK_ALIGNMENT,   GL_PACK_ROW_LENGTH,   GL_PACK_SKIP_ROWS,   GL_PACK_SKIP_PIXELS};
  static constexpr std::size_t kUnits = 2;  ///< texture units in use

  std::array<GLboolean, kSwitches.size()> switches_{};
  std::array<GLint, kPixelStores.size()> pixel_stores_{};
  std::array<GLint, kUnits> textures_{}, samplers_{};
  std::array<GLint, 4> viewport_{};
  std::array<GLboolean, 4> color_mask_{};
  GLint active_texture_ = 0, draw_framebuffer_ = 0, read_framebuffer_ = 0, program_ = 0;
  GLint vertex_array_ = 0, unpack_buffer_ = 0, pack_buffer_ = 0, polygon_mode_[2] = {};
};

}  // namespace backflow::platform
