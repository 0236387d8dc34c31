// Meshes as pixels: what covers what, how colours blend, and how the files hold them.
#include "app/export/mesh_pixels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/export/cairo_canvas.h"
#include "app/export/svg_canvas.h"
#include "tests/export/test_images.h"

namespace backflow::exporting {
namespace {

using figure::Color;
using figure::MeshMark;

constexpr Color kGold{200, 150, 0}, kSky{0, 100, 250};

// A square from (10, 20) to (30, 40) in one colour, and over its left half another.
MeshMark two_squares() {
  MeshMark mesh;
  mesh.points = {{10, 20}, {30, 20}, {30, 40}, {10, 40}, {10, 20}, {20, 20}, {20, 40}, {10, 40}};
  mesh.colors = {kGold, kGold, kGold, kGold, kSky, kSky, kSky, kSky};
  mesh.triangles = {{0, 1, 2}, {0, 2, 3}, {4, 5, 6}, {4, 6, 7}};
  return mesh;
}

Color pixel(const MeshImage& image, int x, int y) {
  const auto at = 4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                       static_cast<std::size_t>(x));
  return {image.pixels[at], image.pixels[at + 1], image.pixels[at + 2], image.pixels[at + 3]};
}

TEST(MeshPixels, LaterTrianglesCoverEarlierOnesWithoutGaps) {
  const MeshImage image = mesh_pixels(two_squares(), 2.0);
  ASSERT_EQ(image.width, 40);
  ASSERT_EQ(image.height, 40);
  EXPECT_EQ(image.rect.x, 10.0);
  EXPECT_EQ(image.rect.y, 20.0);
  EXPECT_EQ(image.rect.width, 20.0);
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 40; ++x)
      EXPECT_EQ(pixel(image, x, y), x < 20 ? kSky : kGold) << x << ',' << y;
}

TEST(MeshPixels, ColoursBlendAcrossATriangleAndItsEdgeIsSmooth) {
  MeshMark mesh;
  mesh.points = {{0, 0}, {100, 0}, {0, 100}};
  mesh.colors = {{0, 0, 0}, {200, 0, 0}, {0, 0, 200}};
  mesh.triangles = {{0, 1, 2}};
  const MeshImage image = mesh_pixels(mesh, 1.0);
  // Barycentric coordinates of the middle of pixel (25, 50) are 0.255 and 0.505.
  EXPECT_NEAR(pixel(image, 25, 50).r, 51, 1);
  EXPECT_NEAR(pixel(image, 25, 50).b, 101, 1);
  EXPECT_EQ(pixel(image, 25, 50).a, 255);
  EXPECT_EQ(pixel(image, 80, 80).a, 0);
  // On the slanting edge a pixel is covered in part.
  EXPECT_GT(pixel(image, 50, 49).a, 0);
  EXPECT_LT(pixel(image, 50, 49).a, 255);
}

TEST(MeshPixels, AreLimitedAndEmptyWhereThereIsNothing) {
  EXPECT_TRUE(mesh_pixels({}, 2.0).pixels.empty());
  MeshMark flat = two_squares();
  for (figure::Point& point : flat.points) point.y = 5.0;
  EXPECT_TRUE(mesh_pixels(flat, 2.0).pixels.empty());
  EXPECT_TRUE(mesh_pixels(two_squares(), 0.0).pixels.empty());
  MeshMark vast = two_squares();
  for (figure::Point& point : vast.points) point = {point.x * 1000.0, point.y * 10.0};
  const MeshImage image = mesh_pixels(vast, 3.0);
  EXPECT_EQ(image.width, 2400);
  EXPECT_NEAR(image.rect.width, 20'000.0, 1e-6);
}

TEST(MeshPixels, APngHasThemAsFineAsItIsItself) {
  const Image image = decode_png(to_png(figure_of(60.0, 60.0, {two_squares()}), 2.0));
  const Color white{255, 255, 255};
  for (const int y : {41, 60, 78}) {
    EXPECT_EQ(image.at(22, y), kSky);
    EXPECT_EQ(image.at(37, y), kSky);
    EXPECT_EQ(image.at(42, y), kGold);
    EXPECT_EQ(image.at(57, y), kGold);
    EXPECT_EQ(image.at(17, y), white);
    EXPECT_EQ(image.at(62, y), white);
  }
  EXPECT_EQ(image.at(40, 36), white);
}

TEST(MeshPixels, AnSvgHasThemAsOneImage) {
  const std::string svg = to_svg(figure_of(60.0, 60.0, {two_squares()}));
  EXPECT_THAT(svg, testing::HasSubstr("<image x=\"10\" y=\"20\" width=\"20\" height=\"20\""));
  EXPECT_THAT(to_svg(figure_of(60.0, 60.0, {MeshMark{}})),
              testing::Not(testing::HasSubstr("<image")));
}

}  // namespace
}  // namespace backflow::exporting
