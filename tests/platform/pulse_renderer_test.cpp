#include "app/platform/pulse_renderer.h"

#include <epoxy/gl.h>
#include <gtest/gtest.h>

#include "tests/platform/display.h"

namespace backflow::platform {
namespace {

class PulseRendererTest : public WithWindow {
protected:
  void SetUp() override {
    WithWindow::SetUp();
    if (window_ == nullptr) return;
    std::string error;
    renderer_ = PulseRenderer::create(error);
    ASSERT_NE(renderer_, nullptr) << error;
  }
  void TearDown() override {
    if (window_ == nullptr) return;
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    renderer_.reset();  // while its context lives
  }

  static Rgba at(const PixelImage& image, int x, int y) {
    const auto i = 4 * static_cast<std::size_t>(y * image.width + x);
    return {image.rgba[i], image.rgba[i + 1], image.rgba[i + 2], image.rgba[i + 3]};
  }

  std::unique_ptr<PulseRenderer> renderer_;
};

constexpr PulseInput kPulse{120, 40, 10.0f, {200, 40, 10, 255}, {10, 180, 220, 255}};

TEST_F(PulseRendererTest, HasACoreAGlowAndATailThatFades) {
  ASSERT_NE(renderer_->render(kPulse), 0u);
  const PixelImage image = renderer_->read_back(kPulse);
  ASSERT_EQ(image.width, 120);
  ASSERT_EQ(image.height, 40);
  EXPECT_EQ(at(image, 100, 20), (Rgba{200, 40, 10, 255}));  // the head's middle
  const Rgba glow = at(image, 100, 6);                      // beside it
  EXPECT_EQ(glow[1], 180);
  EXPECT_GT(glow[3], 0);
  EXPECT_LT(glow[3], 200);
  int before = 256;
  for (const int x : {99, 70, 40, 10}) {
    EXPECT_LT(at(image, x, 20)[3], before) << x;
    before = at(image, x, 20)[3];
  }
  // Nothing at the corners and the rim, so that no edge of the picture is seen.
  for (const auto& [x, y] : {std::pair{0, 0}, {119, 0}, {0, 39}, {119, 39}, {60, 0}, {100, 39}})
    EXPECT_LT(at(image, x, y)[3], 8) << x << ", " << y;
}

TEST_F(PulseRendererTest, EveryLookIsDrawnOnce) {
  const unsigned first = renderer_->render(kPulse);
  PulseInput other = kPulse;
  other.core = {1, 2, 3, 255};
  const unsigned second = renderer_->render(other);
  EXPECT_NE(second, first);
  EXPECT_EQ(renderer_->draw_count(), 2);
  for (int frame = 0; frame < 10; ++frame) {
    EXPECT_EQ(renderer_->render(kPulse), first);
    EXPECT_EQ(renderer_->render(other), second);
  }
  EXPECT_EQ(renderer_->draw_count(), 2);
  EXPECT_EQ(at(renderer_->read_back(other), 100, 20), (Rgba{1, 2, 3, 255}));
  EXPECT_EQ(at(renderer_->read_back(kPulse), 100, 20), (Rgba{200, 40, 10, 255}));
}

TEST_F(PulseRendererTest, KeepsTheLooksAskedForLast) {
  renderer_->render(kPulse);
  PulseInput other = kPulse;
  for (std::size_t i = 0; i < 3 * PulseRenderer::kKept; ++i) {
    other.core[0] = static_cast<unsigned char>(i);
    const unsigned name = renderer_->render(other);
    EXPECT_EQ(at(renderer_->read_back(other), 100, 20)[0], other.core[0]);
    EXPECT_NE(renderer_->render(kPulse), name);
  }
  EXPECT_EQ(renderer_->draw_count(), 1 + 3 * static_cast<long>(PulseRenderer::kKept));
  PulseInput oldest = kPulse;
  oldest.core[0] = 0;
  EXPECT_EQ(renderer_->read_back(oldest).width, 0);
}

TEST_F(PulseRendererTest, WhatHasNoSizeIsNoTexture) {
  PulseInput empty = kPulse;
  empty.height = 0;
  EXPECT_EQ(renderer_->render(empty), 0u);
  PulseInput huge = kPulse;
  huge.width = 1 << 20;
  EXPECT_NE(renderer_->render(huge), 0u);
}

TEST_F(PulseRendererTest, LeavesTheStateOfOthersAlone) {
  GLuint vertex_array = 0;
  glGenVertexArrays(1, &vertex_array);
  glBindVertexArray(vertex_array);
  glViewport(3, 4, 5, 6);
  glEnable(GL_BLEND);
  renderer_->render(kPulse);
  GLint value = 0;
  glGetIntegerv(GL_VERTEX_ARRAY_BINDING, &value);
  EXPECT_EQ(static_cast<GLuint>(value), vertex_array);
  glGetIntegerv(GL_CURRENT_PROGRAM, &value);
  EXPECT_EQ(value, 0);
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &value);
  EXPECT_EQ(value, 0);
  GLint viewport[4] = {};
  glGetIntegerv(GL_VIEWPORT, viewport);
  EXPECT_EQ(viewport[2], 5);
  EXPECT_TRUE(glIsEnabled(GL_BLEND));
}

}  // namespace
}  // namespace backflow::platform
