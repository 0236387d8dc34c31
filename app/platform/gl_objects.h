// What the renderers share: textures without filtering, and programs from embedded shaders.
#pragma once

#include <string>

#include <epoxy/gl.h>

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

private:
  GLuint name_ = 0;
};

/// A program of two shaders; 0, and a sentence that calls it `title`, when they do not compile or
/// link.
GLuint link_program(const char* title, const char* vertex, const char* fragment,
                    std::string& error);

}  // namespace backflow::platform
