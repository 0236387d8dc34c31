#include "app/platform/heatmap_renderer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "app/platform/embedded_shaders.h"
#include "app/platform/gl_objects.h"
#include "app/platform/gl_state.h"

namespace backflow::platform {
namespace {

// The classes of shaders/heatmap.frag.
constexpr float kNormal = 0.0f, kZero = 1.0f, kNotFinite = 2.0f, kNone = 3.0f;

// All that the picture depends on, except the values behind `owner`.
struct Look {
  int rows = 0, cols = 0, width = 0, height = 0;
  float low = 0.0f, center = 0.0f, high = 0.0f, no_cell = 0.0f;
  Rgba below{}, above{}, zero{}, not_finite{};
  bool operator==(const Look&) const = default;
};

// One map and its picture.
struct Target {
  GlTexture values, table, picture;
  std::vector<unsigned char> table_bytes;
  std::shared_ptr<const void> owner;
  Look look;
  bool drawn = false;
};

bool usable(const HeatmapInput& input) {
  return input.rows > 0 && input.cols > 0 && input.width > 0 && input.height > 0 &&
         input.values.size() >=
             static_cast<std::size_t>(input.rows) * static_cast<std::size_t>(input.cols) &&
         input.table.size() >= 12 && input.table.size() % 4 == 0;
}

// A NaN would make look != look.
float comparable(float value) { return std::isnan(value) ? 0.0f : value; }

}  // namespace

struct HeatmapRenderer::Impl {
  Painter painter;
  int max_size = 1024;  // what every OpenGL 3.3 can do
  long draws = 0;
  std::map<std::string, Target, std::less<>> targets;

  Look look_of(const HeatmapInput& input) const {
    return {input.rows,
            input.cols,
            std::min(input.width, max_size),
            std::min(input.height, max_size),
            comparable(input.low),
            comparable(input.center),
            comparable(input.high),
            comparable(input.no_cell),
            input.below,
            input.above,
            input.zero,
            input.not_finite};
  }

  void upload_values(const Target& target, const HeatmapInput& input) const;
  void draw(const Target& target) const;
};

void HeatmapRenderer::Impl::upload_values(const Target& target, const HeatmapInput& input) const {
  // A map larger than a texture can be is thinned out.
  const int rows = std::min(input.rows, max_size), cols = std::min(input.cols, max_size);
  std::vector<float> texels;
  texels.reserve(2 * static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols));
  for (int row = 0; row < rows; ++row) {
    const auto source_row = static_cast<std::size_t>(std::int64_t{row} * input.rows / rows);
    const auto values = input.values.subspan(source_row * static_cast<std::size_t>(input.cols));
    for (int col = 0; col < cols; ++col) {
      const float value = values[static_cast<std::size_t>(std::int64_t{col} * input.cols / cols)];
      const bool finite = std::isfinite(value);
      const float kind = value == input.no_cell           ? kNone
                         : finite                         ? kNormal
                         : std::isinf(value) && value < 0 ? kZero
                                                          : kNotFinite;
      texels.push_back(finite ? value : 0.0f);
      texels.push_back(kind);
    }
  }
  target.values.upload(GL_RG32F, cols, rows, GL_RG, GL_FLOAT, texels.data());
}

void HeatmapRenderer::Impl::draw(const Target& target) const {
  const Look& look = target.look;
  painter.use();
  painter.set("values", 0);
  painter.set("table", 1);
  painter.set("low", look.low);
  painter.set("center", look.center);
  painter.set("high", look.high);
  painter.set("below", look.below);
  painter.set("above", look.above);
  painter.set("zero", look.zero);
  painter.set("not_finite", look.not_finite);
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, target.values.name());
  glActiveTexture(GL_TEXTURE1);
  glBindTexture(GL_TEXTURE_2D, target.table.name());
  painter.paint(target.picture, look.width, look.height);
}

std::unique_ptr<HeatmapRenderer> HeatmapRenderer::create(std::string& error) {
  auto impl = std::make_unique<Impl>();
  if (!impl->painter.compile("heatmap", kHeatmapFrag, error)) return nullptr;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &impl->max_size);
  return std::unique_ptr<HeatmapRenderer>(new HeatmapRenderer(std::move(impl)));
}

HeatmapRenderer::HeatmapRenderer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HeatmapRenderer::~HeatmapRenderer() = default;

long HeatmapRenderer::draw_count() const { return impl_->draws; }

unsigned HeatmapRenderer::render(std::string_view id, const HeatmapInput& input) {
  if (!usable(input)) return 0;
  auto found = impl_->targets.find(id);
  if (found == impl_->targets.end()) found = impl_->targets.try_emplace(std::string(id)).first;
  Target& target = found->second;
  const Look look = impl_->look_of(input);
  const bool first = !target.drawn;
  const bool new_values = first || !input.owner || input.owner != target.owner ||
                          look.rows != target.look.rows || look.cols != target.look.cols ||
                          look.no_cell != target.look.no_cell;
  const bool new_table = first || !std::equal(input.table.begin(), input.table.end(),
                                              target.table_bytes.begin(), target.table_bytes.end());
  const bool new_size =
      first || look.width != target.look.width || look.height != target.look.height;
  if (!new_values && !new_table && look == target.look) return target.picture.name();

  const GlStateGuard guard;
  glActiveTexture(GL_TEXTURE0);
  if (new_values) impl_->upload_values(target, input);
  if (new_table) {
    target.table_bytes.assign(input.table.begin(), input.table.end());
    target.table.upload(GL_RGBA8, static_cast<int>(input.table.size() / 4), 1, GL_RGBA,
                        GL_UNSIGNED_BYTE, input.table.data());
  }
  if (new_size)
    target.picture.upload(GL_RGBA8, look.width, look.height, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  target.owner = input.owner;
  target.look = look;
  target.drawn = true;
  impl_->draw(target);
  ++impl_->draws;
  return target.picture.name();
}

PixelImage HeatmapRenderer::read_back(std::string_view id) const {
  const auto found = impl_->targets.find(id);
  if (found == impl_->targets.end() || !found->second.drawn) return {};
  const Target& target = found->second;
  const GlStateGuard guard;
  glActiveTexture(GL_TEXTURE0);
  return target.picture.read_back(target.look.width, target.look.height);
}

}  // namespace backflow::platform
