#include "app/platform/heatmap_renderer.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <random>

#include <epoxy/gl.h>
#include <gtest/gtest.h>

#include "app/figure/colormap.h"
#include "tests/platform/display.h"

namespace backflow::platform {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

std::vector<unsigned char> table_bytes(figure::Colormap map) {
  std::vector<unsigned char> bytes;
  for (const figure::Color& c : figure::color_table(map))
    for (const unsigned char level : {c.r, c.g, c.b, c.a}) bytes.push_back(level);
  return bytes;
}

Rgba rgba(const figure::Color& c) { return {c.r, c.g, c.b, c.a}; }

class HeatmapRendererTest : public WithWindow {
protected:
  void SetUp() override {
    WithWindow::SetUp();
    if (window_ == nullptr) return;
    std::string error;
    renderer_ = HeatmapRenderer::create(error);
    ASSERT_NE(renderer_, nullptr) << error;
  }
  void TearDown() override {
    if (window_ == nullptr) return;
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    renderer_.reset();  // while its context lives
  }

  HeatmapInput input_of(const figure::ColorScale& scale, int rows, int cols,
                        std::vector<float> values, int width, int height) {
    auto owner = std::make_shared<const std::vector<float>>(std::move(values));
    HeatmapInput input;
    input.rows = rows;
    input.cols = cols;
    input.values = *owner;
    input.owner = owner;
    input.no_cell = figure::kNoCell;
    std::vector<unsigned char>& table = tables_[scale.map];
    if (table.empty()) table = table_bytes(scale.map);
    input.table = table;
    input.low = static_cast<float>(scale.low);
    input.center = static_cast<float>(scale.center);
    input.high = static_cast<float>(scale.high);
    input.below = rgba(scale.below);
    input.above = rgba(scale.above);
    input.zero = rgba(scale.zero);
    input.not_finite = rgba(scale.not_finite);
    input.width = width;
    input.height = height;
    return input;
  }

  // Every pixel against the CPU's colour of the cell under its centre.
  void expect_cpu_colors(const figure::ColorScale& scale, int rows, int cols,
                         const std::vector<float>& values, int width, int height) {
    ASSERT_NE(renderer_->render("map", input_of(scale, rows, cols, values, width, height)), 0u);
    const PixelImage image = renderer_->read_back("map");
    ASSERT_EQ(image.width, width);
    ASSERT_EQ(image.height, height);
    int wrong = 0;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const auto row = static_cast<int>(std::floor((y + 0.5) * rows / height));
        const auto col = static_cast<int>(std::floor((x + 0.5) * cols / width));
        const float value = values[static_cast<std::size_t>(row * cols + col)];
        const Rgba expected = rgba(figure::color_of(scale, value));
        const auto* got = &image.rgba[4 * static_cast<std::size_t>(y * width + x)];
        for (std::size_t channel = 0; channel < 4; ++channel)
          if (std::abs(int{got[channel]} - int{expected[channel]}) > 1 && ++wrong < 5)
            ADD_FAILURE() << "log10 " << value << " in [" << scale.low << ", " << scale.high
                          << "] channel " << channel << ": shader " << int{got[channel]} << ", CPU "
                          << int{expected[channel]};
      }
    EXPECT_EQ(wrong, 0);
  }

  std::map<figure::Colormap, std::vector<unsigned char>> tables_;
  std::unique_ptr<HeatmapRenderer> renderer_;
};

struct Limits {
  double low, high;
};
constexpr Limits kScales[] = {{-6.0, 1.0}, {-0.01, 0.02}, {-5000.0, 3.0},     {-1.0, 400.0},
                              {-7.3, 7.3}, {-1e-4, 1e-4}, {-30000.0, 30000.0}};

TEST_F(HeatmapRendererTest, AgreesWithTheCpuOnRandomValues) {
  std::mt19937 random(7);
  for (const auto& [low, high] : kScales) {
    const double span = high - low;
    std::uniform_real_distribution<double> spread(low - 0.1 * span, high + 0.1 * span);
    std::vector<float> values(100 * 100);
    for (float& value : values) value = static_cast<float>(spread(random));
    for (const auto& map : model::EnumNames<figure::Colormap>::kAll)
      expect_cpu_colors(figure::color_scale(low, high, map.value), 100, 100, values, 100, 100);
  }
}

TEST_F(HeatmapRendererTest, AgreesOnTheLimitsAndTheSpecialValues) {
  for (const auto& [low, high] : kScales) {
    const auto l = static_cast<float>(low), h = static_cast<float>(high);
    const float lowest = std::numeric_limits<float>::lowest();
    const std::vector<float> values = {l,
                                       std::nextafter(l, -kInf),
                                       std::nextafter(l, kInf),
                                       h,
                                       std::nextafter(h, kInf),
                                       std::nextafter(h, -kInf),
                                       0.0f,
                                       -0.0f,
                                       1e-40f,
                                       -1e-40f,
                                       lowest,
                                       -kInf,
                                       kInf,
                                       NAN,
                                       -NAN,
                                       figure::kNoCell,
                                       0.5f * l,
                                       0.5f * h};
    expect_cpu_colors(figure::color_scale(low, high), 3, 6, values, 60, 30);
  }
}

TEST_F(HeatmapRendererTest, SpecialColoursAreExact) {
  const figure::ColorScale scale = figure::color_scale(-2.0, 1.0);
  renderer_->render("map", input_of(scale, 1, 5, {-3.0f, 2.0f, -kInf, NAN, figure::kNoCell}, 5, 1));
  const PixelImage image = renderer_->read_back("map");
  const Rgba expected[] = {rgba(scale.below), rgba(scale.above), rgba(scale.zero),
                           rgba(scale.not_finite), Rgba{0, 0, 0, 0}};
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t channel = 0; channel < 4; ++channel)
      EXPECT_EQ(image.rgba.at(4 * i + channel), expected[i][channel]) << i << ' ' << channel;
}

TEST_F(HeatmapRendererTest, MapsOfAnyShapeInPicturesOfAnySize) {
  std::mt19937 random(8);
  std::uniform_real_distribution<float> spread(-4.5f, 2.5f);
  const int sizes[][4] = {{1, 1, 1, 1},         {1, 1, 37, 11},        {3, 7, 21, 9},
                          {3, 7, 100, 50},      {7, 3, 2, 5},          {100, 60, 33, 77},
                          {1, 50, 50, 1},       {50, 1, 7, 3},         {64, 64, 32, 32},
                          {201, 201, 640, 333}, {1001, 1001, 500, 777}};
  for (const auto& [rows, cols, width, height] : sizes) {
    SCOPED_TRACE(testing::Message() << rows << 'x' << cols << " in " << width << 'x' << height);
    std::vector<float> values(static_cast<std::size_t>(rows * cols));
    for (float& value : values) value = spread(random);
    expect_cpu_colors(figure::color_scale(-4.0, 2.0), rows, cols, values, width, height);
  }
}

TEST_F(HeatmapRendererTest, DrawsOnlyWhatChanged) {
  const figure::ColorScale scale = figure::color_scale(-4.0, 2.0);
  HeatmapInput input = input_of(scale, 2, 2, {0.0f, 1.0f, -1.0f, -3.0f}, 20, 20);
  const unsigned texture = renderer_->render("map", input);
  EXPECT_EQ(renderer_->draw_count(), 1);
  EXPECT_EQ(renderer_->render("map", input), texture);
  EXPECT_EQ(renderer_->draw_count(), 1);

  input.low = -5.0f;
  renderer_->render("map", input);
  EXPECT_EQ(renderer_->draw_count(), 2);
  input.above = {1, 2, 3, 255};
  renderer_->render("map", input);
  EXPECT_EQ(renderer_->draw_count(), 3);
  input.width = 30;
  renderer_->render("map", input);
  EXPECT_EQ(renderer_->draw_count(), 4);
  EXPECT_EQ(renderer_->read_back("map").width, 30);
  tables_[figure::Colormap::diverging][0] ^= 1;
  renderer_->render("map", input);
  EXPECT_EQ(renderer_->draw_count(), 5);
  const HeatmapInput other = input_of(scale, 2, 2, {0.0f, 1.0f, -1.0f, -2.0f}, 30, 20);
  renderer_->render("map", other);
  EXPECT_EQ(renderer_->draw_count(), 6);
  HeatmapInput unowned = other;
  unowned.owner = nullptr;
  renderer_->render("map", unowned);
  renderer_->render("map", unowned);
  EXPECT_EQ(renderer_->draw_count(), 8);
}

TEST_F(HeatmapRendererTest, MapsWithDifferentIdsKeepTheirPictures) {
  const figure::ColorScale scale = figure::color_scale(-4.0, 2.0);
  const HeatmapInput one = input_of(scale, 1, 1, {-kInf}, 2, 2);
  const HeatmapInput two = input_of(scale, 1, 1, {NAN}, 3, 3);
  EXPECT_NE(renderer_->render("one", one), renderer_->render("two", two));
  EXPECT_EQ(renderer_->read_back("one").rgba[0], scale.zero.r);
  EXPECT_EQ(renderer_->read_back("two").rgba[0], scale.not_finite.r);
  renderer_->render("one", one);
  renderer_->render("two", two);
  EXPECT_EQ(renderer_->draw_count(), 2);
}

TEST_F(HeatmapRendererTest, WhatDoesNotFitTogetherIsNoTexture) {
  const HeatmapInput good =
      input_of(figure::color_scale(-4.0, 2.0), 2, 2, {0.0f, 1.0f, 2.0f, 3.0f}, 4, 4);
  const auto refused = [&](auto change) {
    HeatmapInput bad = good;
    change(bad);
    return renderer_->render("map", bad) == 0u;
  };
  EXPECT_TRUE(refused([](HeatmapInput& in) { in.rows = 3; }));
  EXPECT_TRUE(refused([](HeatmapInput& in) { in.cols = 0; }));
  EXPECT_TRUE(refused([](HeatmapInput& in) { in.width = 0; }));
  EXPECT_TRUE(refused([](HeatmapInput& in) { in.height = -1; }));
  EXPECT_TRUE(refused([](HeatmapInput& in) { in.table = {}; }));
  EXPECT_TRUE(refused([](HeatmapInput& in) { in.values = {}; }));
  EXPECT_EQ(renderer_->read_back("map").width, 0);
}

TEST_F(HeatmapRendererTest, SizesStayWithinWhatOpenGlCanDo) {
  GLint max = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &max);
  const figure::ColorScale scale = figure::color_scale(-4.0, 2.0);
  std::vector<float> values(static_cast<std::size_t>(max) + 100, -1.0f);
  values.back() = NAN;
  values[values.size() - 2] = NAN;
  const int cols = static_cast<int>(values.size());
  ASSERT_NE(renderer_->render("map", input_of(scale, 1, cols, values, max + 1, 1)), 0u);
  const PixelImage image = renderer_->read_back("map");
  EXPECT_EQ(image.width, max);
  EXPECT_EQ(image.rgba.at(0), figure::color_of(scale, -1.0f).r);
  EXPECT_EQ(image.rgba.at(image.rgba.size() - 4), scale.not_finite.r);
}

constexpr GLenum kEnabled[] = {GL_BLEND, GL_SCISSOR_TEST, GL_CULL_FACE};

TEST_F(HeatmapRendererTest, LeavesTheStateOfOthersAlone) {
  GLuint texture = 0, vertex_array = 0, framebuffer = 0, sampler = 0, buffer = 0;
  glGenTextures(1, &texture);
  glGenVertexArrays(1, &vertex_array);
  glGenFramebuffers(1, &framebuffer);
  glGenSamplers(1, &sampler);
  glGenBuffers(1, &buffer);
  glActiveTexture(GL_TEXTURE1);
  glBindTexture(GL_TEXTURE_2D, texture);
  glBindSampler(1, sampler);
  glBindVertexArray(vertex_array);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer);
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, buffer);
  glViewport(3, 4, 5, 6);
  glScissor(0, 0, 1, 1);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 77);
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glColorMask(GL_TRUE, GL_FALSE, GL_TRUE, GL_FALSE);
  glPolygonMode(GL_FRONT_AND_BACK, GL_LINE);
  for (const GLenum on : kEnabled) glEnable(on);

  expect_cpu_colors(figure::color_scale(-4.0, 2.0), 2, 2, {0.0f, 1.0f, NAN, figure::kNoCell}, 9, 7);

  const auto get = [](GLenum name) {
    GLint value = -1;
    glGetIntegerv(name, &value);
    return static_cast<GLuint>(value);
  };
  EXPECT_EQ(get(GL_ACTIVE_TEXTURE), static_cast<GLuint>(GL_TEXTURE1));
  EXPECT_EQ(get(GL_TEXTURE_BINDING_2D), texture);
  EXPECT_EQ(get(GL_SAMPLER_BINDING), sampler);
  EXPECT_EQ(get(GL_VERTEX_ARRAY_BINDING), vertex_array);
  EXPECT_EQ(get(GL_READ_FRAMEBUFFER_BINDING), framebuffer);
  EXPECT_EQ(get(GL_DRAW_FRAMEBUFFER_BINDING), 0u);
  EXPECT_EQ(get(GL_PIXEL_UNPACK_BUFFER_BINDING), buffer);
  EXPECT_EQ(get(GL_CURRENT_PROGRAM), 0u);
  EXPECT_EQ(get(GL_UNPACK_ROW_LENGTH), 77u);
  EXPECT_EQ(get(GL_PACK_ALIGNMENT), 1u);
  GLint viewport[4] = {};
  glGetIntegerv(GL_VIEWPORT, viewport);
  EXPECT_EQ(viewport[0], 3);
  EXPECT_EQ(viewport[3], 6);
  GLboolean mask[4] = {};
  glGetBooleanv(GL_COLOR_WRITEMASK, mask);
  EXPECT_EQ(mask[1], GL_FALSE);
  EXPECT_EQ(mask[2], GL_TRUE);
  GLint polygon_mode[2] = {};
  glGetIntegerv(GL_POLYGON_MODE, polygon_mode);
  EXPECT_EQ(polygon_mode[0], GL_LINE);
  for (const GLenum on : kEnabled) EXPECT_TRUE(glIsEnabled(on));
  EXPECT_FALSE(glIsEnabled(GL_DEPTH_TEST));
}

}  // namespace
}  // namespace backflow::platform
