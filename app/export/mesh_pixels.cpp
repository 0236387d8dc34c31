#include "app/export/mesh_pixels.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace backflow::exporting {
namespace {

using figure::Color;
using figure::Point;

constexpr int kMaxSide = 2400;
constexpr int kSamples = 2;  // per pixel and axis

// Twice the signed area of a, b, p.
double area(Point a, Point b, Point p) {
  return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

// Samples of the picture; transparent until a triangle covers them.
struct Samples {
  int width, height;
  std::vector<Color> colors;

  Samples(int w, int h)
      : width(w),
        height(h),
        colors(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), Color{0, 0, 0, 0}) {}

  Color& at(int x, int y) {
    return colors[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }

  // A sample is covered when its middle lies in the triangle or on its edge: neighbours leave no
  // gap.
  void fill(const std::array<Point, 3>& p, const std::array<Color, 3>& c) {
    const double whole = area(p[0], p[1], p[2]);
    if (whole == 0.0 || !std::isfinite(whole)) return;
    const auto [left, right] = std::minmax({p[0].x, p[1].x, p[2].x});
    const auto [top, bottom] = std::minmax({p[0].y, p[1].y, p[2].y});
    const int x0 = std::max(0, static_cast<int>(std::ceil(left - 0.5)));
    const int x1 = std::min(width - 1, static_cast<int>(std::floor(right - 0.5)));
    const int y0 = std::max(0, static_cast<int>(std::ceil(top - 0.5)));
    const int y1 = std::min(height - 1, static_cast<int>(std::floor(bottom - 0.5)));
    for (int y = y0; y <= y1; ++y)
      for (int x = x0; x <= x1; ++x) {
        const Point sample{x + 0.5, y + 0.5};
        const double a = area(p[1], p[2], sample) / whole, b = area(p[2], p[0], sample) / whole;
        const double rest = 1.0 - a - b;
        if (a < -1e-9 || b < -1e-9 || rest < -1e-9) continue;
        const auto channel = [&](std::uint8_t Color::*level) {
          const double value = a * (c[0].*level) + b * (c[1].*level) + rest * (c[2].*level);
          return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
        };
        at(x, y) = {channel(&Color::r), channel(&Color::g), channel(&Color::b), 255};
      }
  }
};

std::vector<unsigned char> averaged(Samples& samples, int width, int height) {
  std::vector<unsigned char> pixels;
  pixels.reserve(4 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      int red = 0, green = 0, blue = 0, covered = 0;
      for (int i = 0; i < kSamples * kSamples; ++i) {
        const Color& color = samples.at(kSamples * x + i % kSamples, kSamples * y + i / kSamples);
        if (color.a == 0) continue;
        red += color.r, green += color.g, blue += color.b, ++covered;
      }
      const auto mean = [covered](int sum) {
        return static_cast<unsigned char>(covered == 0 ? 0 : (sum + covered / 2) / covered);
      };
      pixels.insert(pixels.end(),
                    {mean(red), mean(green), mean(blue),
                     static_cast<unsigned char>(255 * covered / (kSamples * kSamples))});
    }
  return pixels;
}

}  // namespace

MeshImage mesh_pixels(const figure::MeshMark& mark, double scale) {
  if (mark.triangles.empty() || mark.points.empty() || !(scale > 0.0)) return {};
  const auto [left, right] = std::ranges::minmax(mark.points, {}, &Point::x);
  const auto [top, bottom] = std::ranges::minmax(mark.points, {}, &Point::y);
  const double across = right.x - left.x, down = bottom.y - top.y;
  if (!(across > 0.0 && down > 0.0 && std::isfinite(across) && std::isfinite(down))) return {};
  const double own = std::min(scale, kMaxSide / std::max(across, down));
  MeshImage image;
  image.width = std::max(1, static_cast<int>(std::ceil(across * own - 1e-6)));
  image.height = std::max(1, static_cast<int>(std::ceil(down * own - 1e-6)));
  image.rect = {left.x, top.y, image.width / own, image.height / own};
  Samples samples(kSamples * image.width, kSamples * image.height);
  for (const auto& triangle : mark.triangles) {
    std::array<Point, 3> points;
    std::array<Color, 3> colors;
    for (std::size_t i = 0; i < 3; ++i) {
      const Point& point = mark.points[triangle[i]];
      points[i] = {(point.x - left.x) * own * kSamples, (point.y - top.y) * own * kSamples};
      colors[i] = mark.colors[triangle[i]];
    }
    samples.fill(points, colors);
  }
  image.pixels = averaged(samples, image.width, image.height);
  return image;
}

}  // namespace backflow::exporting
