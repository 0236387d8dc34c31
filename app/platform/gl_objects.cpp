#include "app/platform/gl_objects.h"

#include "app/platform/embedded_shaders.h"

namespace backflow::platform {
namespace {

// 0 and a sentence when it does not compile.
GLuint compile_shader(const char* title, GLenum kind, const char* source, std::string& error) {
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

// 0 and a sentence when they do not link.
GLuint link(const char* title, GLuint vertex, GLuint fragment, std::string& error) {
  const GLuint program = glCreateProgram();
  glAttachShader(program, vertex);
  glAttachShader(program, fragment);
  glLinkProgram(program);
  GLint linked = GL_FALSE;
  glGetProgramiv(program, GL_LINK_STATUS, &linked);
  if (linked == GL_TRUE) return program;
  char log[1024] = "";
  glGetProgramInfoLog(program, sizeof log, nullptr, log);
  error = std::string("the ") + title + "'s shaders do not link: " + log;
  glDeleteProgram(program);
  return 0;
}

}  // namespace

void GlTexture::upload(GLint internal, int width, int height, GLenum format, GLenum type,
                       const void* data, GLint filter) const {
  glBindTexture(GL_TEXTURE_2D, name_);
  for (const GLenum each : {GLenum{GL_TEXTURE_MIN_FILTER}, GLenum{GL_TEXTURE_MAG_FILTER}})
    glTexParameteri(GL_TEXTURE_2D, each, filter);
  for (const GLenum wrap : {GLenum{GL_TEXTURE_WRAP_S}, GLenum{GL_TEXTURE_WRAP_T}})
    glTexParameteri(GL_TEXTURE_2D, wrap, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  glTexImage2D(GL_TEXTURE_2D, 0, internal, width, height, 0, format, type, data);
}

PixelImage GlTexture::read_back(int width, int height) const {
  PixelImage image(width, height);
  glBindTexture(GL_TEXTURE_2D, name_);
  glGetTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, image.rgba.data());
  return image;
}

Painter::Painter() {
  glGenVertexArrays(1, &vertex_array_);
  glGenFramebuffers(1, &framebuffer_);
}

Painter::~Painter() {
  glDeleteFramebuffers(1, &framebuffer_);
  glDeleteVertexArrays(1, &vertex_array_);
  glDeleteProgram(program_);
}

bool Painter::compile(const char* title, const char* fragment_shader, std::string& error) {
  const GLuint vertex = compile_shader(title, GL_VERTEX_SHADER, kHeatmapVert, error);
  const GLuint fragment =
      vertex == 0 ? 0 : compile_shader(title, GL_FRAGMENT_SHADER, fragment_shader, error);
  if (fragment != 0) program_ = link(title, vertex, fragment, error);
  glDeleteShader(vertex);
  glDeleteShader(fragment);
  return program_ != 0;
}

void Painter::set(const char* uniform, int value) const { glUniform1i(place(uniform), value); }

void Painter::set(const char* uniform, float value) const { glUniform1f(place(uniform), value); }

void Painter::set(const char* uniform, const Rgba& color) const {
  const auto part = [&](std::size_t i) { return static_cast<float>(color[i]) / 255.0f; };
  glUniform4f(place(uniform), part(0), part(1), part(2), part(3));
}

void Painter::paint(const GlTexture& picture, int width, int height) const {
  glUniform2i(place("target"), width, height);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, picture.name(), 0);
  glViewport(0, 0, width, height);
  glBindVertexArray(vertex_array_);
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

}  // namespace backflow::platform
