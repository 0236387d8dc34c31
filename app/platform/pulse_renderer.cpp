#include "app/platform/pulse_renderer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "app/platform/embedded_shaders.h"
#include "app/platform/gl_objects.h"
#include "app/platform/gl_state.h"

namespace backflow::platform {
namespace {

constexpr int kMostPixels = 1024;  // what every OpenGL 3.3 can do

struct Target {
  GlTexture picture;
  PulseInput look;
};

}  // namespace

struct PulseRenderer::Impl {
  GLuint program = 0, vertex_array = 0, framebuffer = 0;
  std::map<std::string, Target, std::less<>> targets;

  ~Impl() {
    targets.clear();
    glDeleteFramebuffers(1, &framebuffer);
    glDeleteVertexArrays(1, &vertex_array);
    glDeleteProgram(program);
  }

  void draw(const Target& target) const {
    const PulseInput& look = target.look;
    const auto place = [this](const char* name) { return glGetUniformLocation(program, name); };
    const auto set_color = [&](const char* name, const Rgba& c) {
      glUniform4f(place(name), static_cast<float>(c[0]) / 255.0f, static_cast<float>(c[1]) / 255.0f,
                  static_cast<float>(c[2]) / 255.0f, static_cast<float>(c[3]) / 255.0f);
    };
    glUseProgram(program);
    glUniform2i(place("target"), look.width, look.height);
    glUniform1f(place("radius"), look.radius);
    set_color("core", look.core);
    set_color("glow", look.glow);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D,
                           target.picture.name(), 0);
    glViewport(0, 0, look.width, look.height);
    glBindVertexArray(vertex_array);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
  }
};

std::unique_ptr<PulseRenderer> PulseRenderer::create(std::string& error) {
  auto impl = std::make_unique<Impl>();
  impl->program = link_program("pulse", kHeatmapVert, kPulseFrag, error);
  if (impl->program == 0) return nullptr;
  glGenVertexArrays(1, &impl->vertex_array);
  glGenFramebuffers(1, &impl->framebuffer);
  return std::unique_ptr<PulseRenderer>(new PulseRenderer(std::move(impl)));
}

PulseRenderer::PulseRenderer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PulseRenderer::~PulseRenderer() = default;

unsigned PulseRenderer::render(std::string_view id, const PulseInput& input) {
  if (input.width <= 0 || input.height <= 0) return 0;
  auto found = impl_->targets.find(id);
  if (found == impl_->targets.end()) found = impl_->targets.try_emplace(std::string(id)).first;
  Target& target = found->second;
  PulseInput look = input;
  look.width = std::min(look.width, kMostPixels);
  look.height = std::min(look.height, kMostPixels);
  if (look == target.look) return target.picture.name();

  const GlStateGuard guard;
  glActiveTexture(GL_TEXTURE0);
  if (look.width != target.look.width || look.height != target.look.height)
    target.picture.upload(GL_RGBA8, look.width, look.height, GL_RGBA, GL_UNSIGNED_BYTE, nullptr,
                          GL_LINEAR);
  target.look = look;
  impl_->draw(target);
  return target.picture.name();
}

PixelImage PulseRenderer::read_back(std::string_view id) const {
  const auto found = impl_->targets.find(id);
  if (found == impl_->targets.end()) return {};
  const PulseInput& look = found->second.look;
  PixelImage image{look.width, look.height, {}};
  image.rgba.resize(4 * static_cast<std::size_t>(look.width) *
                    static_cast<std::size_t>(look.height));
  const GlStateGuard guard;
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, found->second.picture.name());
  glGetTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, image.rgba.data());
  return image;
}

}  // namespace backflow::platform
