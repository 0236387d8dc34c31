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
  Painter painter;
  std::map<std::string, Target, std::less<>> targets;

  void draw(const Target& target) const {
    const PulseInput& look = target.look;
    painter.use();
    painter.set("radius", look.radius);
    painter.set("core", look.core);
    painter.set("glow", look.glow);
    painter.paint(target.picture, look.width, look.height);
  }
};

std::unique_ptr<PulseRenderer> PulseRenderer::create(std::string& error) {
  auto impl = std::make_unique<Impl>();
  if (!impl->painter.compile("pulse", kPulseFrag, error)) return nullptr;
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
  const Target& target = found->second;
  const GlStateGuard guard;
  glActiveTexture(GL_TEXTURE0);
  return target.picture.read_back(target.look.width, target.look.height);
}

}  // namespace backflow::platform
