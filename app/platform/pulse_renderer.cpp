#include "app/platform/pulse_renderer.h"

#include <algorithm>
#include <iterator>
#include <list>
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
  std::list<Target> targets;  // the one asked for last in front
  long draws = 0;

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

unsigned PulseRenderer::render(const PulseInput& input) {
  if (input.width <= 0 || input.height <= 0) return 0;
  PulseInput look = input;
  look.width = std::min(look.width, kMostPixels);
  look.height = std::min(look.height, kMostPixels);
  std::list<Target>& targets = impl_->targets;
  const auto found = std::ranges::find(targets, look, &Target::look);
  if (found != targets.end()) {
    targets.splice(targets.begin(), targets, found);
    return found->picture.name();
  }

  const GlStateGuard guard;
  glActiveTexture(GL_TEXTURE0);
  if (targets.size() < kKept)
    targets.emplace_front();
  else
    targets.splice(targets.begin(), targets, std::prev(targets.end()));
  Target& target = targets.front();
  if (look.width != target.look.width || look.height != target.look.height)
    target.picture.upload(GL_RGBA8, look.width, look.height, GL_RGBA, GL_UNSIGNED_BYTE, nullptr,
                          GL_LINEAR);
  target.look = look;
  impl_->draw(target);
  ++impl_->draws;
  return target.picture.name();
}

long PulseRenderer::draw_count() const { return impl_->draws; }

PixelImage PulseRenderer::read_back(const PulseInput& input) const {
  const auto found = std::ranges::find(impl_->targets, input, &Target::look);
  if (found == impl_->targets.end()) return {};
  const GlStateGuard guard;
  glActiveTexture(GL_TEXTURE0);
  return found->picture.read_back(input.width, input.height);
}

}  // namespace backflow::platform
