#include "app/platform/gl_state.h"

namespace backflow::platform {
namespace {

GLint get(GLenum name) {
  GLint value = 0;
  glGetIntegerv(name, &value);
  return value;
}

GLuint name(GLint value) { return static_cast<GLuint>(value); }

}  // namespace

GlStateGuard::GlStateGuard() {
  for (std::size_t i = 0; i < kSwitches.size(); ++i) switches_[i] = glIsEnabled(kSwitches[i]);
  for (std::size_t i = 0; i < kPixelStores.size(); ++i) pixel_stores_[i] = get(kPixelStores[i]);
  active_texture_ = get(GL_ACTIVE_TEXTURE);
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    glActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(unit));
    textures_[unit] = get(GL_TEXTURE_BINDING_2D);
    samplers_[unit] = get(GL_SAMPLER_BINDING);
  }
  glGetIntegerv(GL_VIEWPORT, viewport_.data());
  glGetBooleanv(GL_COLOR_WRITEMASK, color_mask_.data());
  glGetIntegerv(GL_POLYGON_MODE, polygon_mode_);
  draw_framebuffer_ = get(GL_DRAW_FRAMEBUFFER_BINDING);
  read_framebuffer_ = get(GL_READ_FRAMEBUFFER_BINDING);
  program_ = get(GL_CURRENT_PROGRAM);
  vertex_array_ = get(GL_VERTEX_ARRAY_BINDING);
  unpack_buffer_ = get(GL_PIXEL_UNPACK_BUFFER_BINDING);
  pack_buffer_ = get(GL_PIXEL_PACK_BUFFER_BINDING);

  // A plain start: nothing but colours is written, rows of pixels follow each other.
  for (const GLenum each : kSwitches) glDisable(each);
  for (const GLenum each : kPixelStores)
    glPixelStorei(each, each == GL_UNPACK_ALIGNMENT || each == GL_PACK_ALIGNMENT ? 4 : 0);
  for (std::size_t unit = 0; unit < kUnits; ++unit) glBindSampler(static_cast<GLuint>(unit), 0);
  glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  glPolygonMode(GL_FRONT_AND_BACK, GL_FILL);
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
  glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
}

GlStateGuard::~GlStateGuard() {
  for (std::size_t i = 0; i < kSwitches.size(); ++i)
    if (switches_[i] == GL_TRUE)
      glEnable(kSwitches[i]);
    else
      glDisable(kSwitches[i]);
  for (std::size_t i = 0; i < kPixelStores.size(); ++i)
    glPixelStorei(kPixelStores[i], pixel_stores_[i]);
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    glActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(unit));
    glBindTexture(GL_TEXTURE_2D, name(textures_[unit]));
    glBindSampler(static_cast<GLuint>(unit), name(samplers_[unit]));
  }
  glActiveTexture(static_cast<GLenum>(active_texture_));
  glViewport(viewport_[0], viewport_[1], viewport_[2], viewport_[3]);
  glColorMask(color_mask_[0], color_mask_[1], color_mask_[2], color_mask_[3]);
  glPolygonMode(GL_FRONT_AND_BACK, static_cast<GLenum>(polygon_mode_[0]));
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, name(draw_framebuffer_));
  glBindFramebuffer(GL_READ_FRAMEBUFFER, name(read_framebuffer_));
  glUseProgram(name(program_));
  glBindVertexArray(name(vertex_array_));
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, name(unpack_buffer_));
  glBindBuffer(GL_PIXEL_PACK_BUFFER, name(pack_buffer_));
}

}  // namespace backflow::platform
