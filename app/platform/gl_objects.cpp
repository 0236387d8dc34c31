#include "app/platform/gl_objects.h"

namespace backflow::platform {
namespace {

// 0 and a sentence when it does not compile.
GLuint compile(const char* title, GLenum kind, const char* source, std::string& error) {
  const GLuint shader = glCreateShader(kind);
  glShaderSource(shader, 1, &source, nullptr);
  glCompileShader(shader);
  GLint compiled = GL_FALSE;
  glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
  if (compiled == GL_TRUE) return shader;
  char log[1024] = "";
  glGetShaderInfoLog(shader, sizeof log, nullptr, log);
  error = std::string("the ") + title + "'s shader does not compile: " + log;
  glDeleteShader(shader);
  return 0;
}

}  // namespace

void GlTexture::upload(GLint internal, int width, int height, GLenum format, GLenum type,
                       const void* data, GLint filter) const {
  glBindTexture(GL_TEXTURE_2D, name_);
  for (const GLenum each : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
    glTexParameteri(GL_TEXTURE_2D, each, filter);
  for (const GLenum wrap : {GL_TEXTURE_WRAP_S, GL_TEXTURE_WRAP_T})
    glTexParameteri(GL_TEXTURE_2D, wrap, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  glTexImage2D(GL_TEXTURE_2D, 0, internal, width, height, 0, format, type, data);
}

GLuint link_program(const char* title, const char* vertex_source, const char* fragment_source,
                    std::string& error) {
  const GLuint vertex = compile(title, GL_VERTEX_SHADER, vertex_source, error);
  const GLuint fragment =
      vertex == 0 ? 0 : compile(title, GL_FRAGMENT_SHADER, fragment_source, error);
  GLuint program = 0;
  if (fragment != 0) {
    program = glCreateProgram();
    glAttachShader(program, vertex);
    glAttachShader(program, fragment);
    glLinkProgram(program);
    GLint linked = GL_FALSE;
    glGetProgramiv(program, GL_LINK_STATUS, &linked);
    if (linked != GL_TRUE) {
      char log[1024] = "";
      glGetProgramInfoLog(program, sizeof log, nullptr, log);
      error = std::string("the ") + title + "'s shaders do not link: " + log;
      glDeleteProgram(program);
      program = 0;
    }
  }
  glDeleteShader(vertex);
  glDeleteShader(fragment);
  return program;
}

}  // namespace backflow::platform
