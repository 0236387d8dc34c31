// What the renderers share: textures, and programs from embedded shaders that fill one.
#pragma once

#include <string>

#include <epoxy/gl.h>

#include "app/platform/pixel_image.h"

namespace backflow::platform {

class GlTexture {
public:
  GlTexture() { glGenTextures(1, &name_); }
  ~GlTexture() { glDeleteTextures(1, &name_); }
  GlTexture(const GlTexture&) = delete;
  GlTexture& operator=(const GlTexture&) = delete;
  GLuint name() const { return name_; }

  /// Leaves it bound to the active unit. `filter` is GL_NEAREST or GL_LINEAR.
  void upload(GLint internal, int width, int height, GLenum format, GLenum type, const void* data,
              GLint filter = GL_NEAREST) const;

  /// An RGBA8 texture of that size, as a picture. Leaves it bound to the active unit.
  PixelImage read_back(int width, int height) const;

private:
  GLuint name_ = 0;
};

/// A program that fills a whole texture: shaders/heatmap.vert and a fragment shader. The caller
/// puts the state of OpenGL back (GlStateGuard).
class Painter {
public:
  Painter();
  ~Painter();
  Painter(const Painter&) = delete;
  Painter& operator=(const Painter&) = delete;

  /// False, with a sentence in `error` that calls it `title`, when it does not compile or link.
  bool compile(const char* title, const char* fragment_shader, std::string& error);

  /// To be called before set() and paint().
  void use() const { glUseProgram(program_); }
  void set(const char* uniform, int value) const;
  void set(const char* uniform, float value) const;
  void set(const char* uniform, const Rgba& color) const;
  /// Fills an RGBA8 texture of that size, which the shader knows as `target`.
  void paint(const GlTexture& picture, int width, int height) const;

private:
  GLint place(const char* uniform) const { return glGetUniformLocation(program_, uniform); }

  GLuint program_ = 0, vertex_array_ = 0, framebuffer_ = 0;
};

}  // namespace backflow::platform
