#include "app/figure/relief.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "app/figure/neuron_parts.h"
#include "app/figure/view.h"
#include "core/lab/study.h"

namespace backflow::figure {
namespace {

using model::Index;

// In widths of b: the box is as high as there is room.
constexpr double kLow = 0.5, kHigh = 0.62;
constexpr double kWide = 1.3;     // w is drawn that much wider than b
constexpr double kPlinth = 0.03;  // what the sides reach down below E = 0
// Of the box's height: to a spot on the surface the surface itself is not in the way.
constexpr double kClear = 0.004;
constexpr double kPiecesAcross = 150.0;  // a line over the whole range is bent that often

static_assert((lab::kSurfaceRows + 2) * (lab::kSurfaceColumns + 2) <= MeshMark::kMostPoints);

double radians(double degrees) { return degrees * std::numbers::pi / 180.0; }

Color lit(const Color& color, double light) {
  const auto channel = [light](std::uint8_t level) {
    return static_cast<std::uint8_t>(std::clamp(std::lround(level * light), 0L, 255L));
  };
  return {channel(color.r), channel(color.g), channel(color.b), color.a};
}

std::uint16_t index(std::size_t i) { return static_cast<std::uint16_t>(i); }

void add_quad(MeshMark& mesh, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
  mesh.triangles.push_back({index(a), index(b), index(c)});
  mesh.triangles.push_back({index(a), index(c), index(d)});
}

}  // namespace

Relief::Relief(std::shared_ptr<const lab::ErrorSurface> surface, double turn, double tilt,
               const Rect& area)
    : surface_(std::move(surface)),
      sin_turn_(std::sin(radians(turn))),
      cos_turn_(std::cos(radians(turn))),
      sin_tilt_(std::sin(radians(tilt))),
      cos_tilt_(std::cos(radians(tilt))) {
  // The circle around the plane, whichever way it is turned.
  const double radius = 0.5 * std::hypot(kWide, 1.0);
  const double widest = area.width / (2.0 * radius), usual = radians(kReliefTilt);
  high_ = std::clamp(
      (area.height / widest - 2.0 * radius * std::sin(usual)) / std::cos(usual) - kPlinth, kLow,
      kHigh);
  const double up = radius * sin_tilt_ + high_ * cos_tilt_;
  const double down = radius * sin_tilt_ + kPlinth * cos_tilt_;
  scale_ = std::min(widest, area.height / (up + down));
  middle_ = {area.x + area.width / 2.0, area.y + area.height / 2.0 + scale_ * (up - down) / 2.0};
}

double Relief::column_u(Index column) const {
  const Index last = columns() - 1;
  if (column == 0) return -0.5;
  return column == last
             ? 0.5
             : (static_cast<double>(column) + 0.5) / static_cast<double>(columns()) - 0.5;
}

double Relief::row_v(Index row) const {
  const Index last = rows() - 1;
  if (row == 0) return 0.5;
  return row == last ? -0.5 : 0.5 - (static_cast<double>(row) + 0.5) / static_cast<double>(rows());
}

Relief::Place Relief::place_of(const Spot& spot) const {
  const lab::SurfaceRange& r = surface_->range;
  const double share = spot.error / highest();
  return {(spot.w - r.w_min) / (r.w_max - r.w_min) - 0.5,
          (spot.b - r.b_min) / (r.b_max - r.b_min) - 0.5,
          high_ * (share <= 1.0 ? std::max(share, 0.0) : 1.0)};
}

lab::NeuronPoint Relief::point_at(double u, double v) const {
  const lab::SurfaceRange& r = surface_->range;
  return {r.w_min + (u + 0.5) * (r.w_max - r.w_min), r.b_min + (v + 0.5) * (r.b_max - r.b_min)};
}

// To the right: u cos − v sin; away: u sin + v cos. What is farther away, and what is higher, is
// drawn higher.
Point Relief::project(const Place& p) const {
  const double u = kWide * p.u;
  const double right = u * cos_turn_ - p.v * sin_turn_, away = u * sin_turn_ + p.v * cos_turn_;
  return {middle_.x + scale_ * right, middle_.y - scale_ * (away * sin_tilt_ + p.z * cos_tilt_)};
}

Point Relief::place(const Spot& spot) const { return project(place_of(spot)); }

double Relief::height(double u, double v) const {
  const auto between = [](double position, Index count) {
    const double inside = std::clamp(position, 0.0, static_cast<double>(count - 1));
    const auto first = std::min(static_cast<Index>(inside), count - 2);
    return std::pair(first, inside - static_cast<double>(first));
  };
  const auto [column, x] = between((u + 0.5) * static_cast<double>(columns()) - 0.5, columns());
  const auto [row, y] = between((0.5 - v) * static_cast<double>(rows()) - 0.5, rows());
  const model::Matrix& shares = surface_->shares;
  return high_ * ((1.0 - y) * ((1.0 - x) * shares(row, column) + x * shares(row, column + 1)) +
                  y * ((1.0 - x) * shares(row + 1, column) + x * shares(row + 1, column + 1)));
}

Relief::Spot Relief::on(lab::NeuronPoint at) const {
  const Place p = place_of({at.w, at.b, 0.0});
  return {at.w, at.b, height(p.u, p.v) / high_ * highest()};
}

// Towards the viewer the line of sight rises by tan(tilt) over each step along the plane.
bool Relief::is_seen(const Spot& spot) const {
  const Place p = place_of(spot);
  constexpr double step = 1.0 / 240.0;
  const double du = -sin_turn_ * step / kWide, dv = -cos_turn_ * step;
  const double dz = step * sin_tilt_ / cos_tilt_;
  for (int i = 1;; ++i) {
    const double u = p.u + i * du, v = p.v + i * dv, z = p.z + i * dz;
    if (z >= high_ || std::abs(u) > 0.5 || std::abs(v) > 0.5) return true;
    if (height(u, v) > z + kClear * high_) return false;
  }
}

std::optional<lab::NeuronPoint> Relief::under(Point at) const {
  const double right = (at.x - middle_.x) / scale_, up = (middle_.y - at.y) / scale_;
  const double radius = 0.5 * std::hypot(kWide, 1.0), step = 0.5 / 240.0;
  for (double away = -radius; away <= radius; away += step) {
    const double u = (right * cos_turn_ + away * sin_turn_) / kWide;
    const double v = -right * sin_turn_ + away * cos_turn_;
    if (std::abs(u) > 0.5 || std::abs(v) > 0.5) continue;
    const double z = (up - away * sin_tilt_) / cos_tilt_;
    if (z < -kPlinth) return std::nullopt;
    if (z <= height(u, v)) return point_at(u, v);
  }
  return std::nullopt;
}

// Lambert's law for a lamp that stays with the viewer: the shape is seen from every side. On flat
// ground the light is about 1, so that colours are those of the bar.
double Relief::light(Index row, Index column) const {
  // Across some cells: a cliff that slants across the grid is a stair, which would be lit as folds.
  constexpr Index kAround = 2;
  const Index left = std::max<Index>(column - kAround, 0);
  const Index right = std::min(column + kAround, columns() - 1);
  const Index above = std::max<Index>(row - kAround, 0),
              below = std::min(row + kAround, rows() - 1);
  const double along_w =
      (height_of(row, right) - height_of(row, left)) / (kWide * (column_u(right) - column_u(left)));
  const double along_b =
      (height_of(above, column) - height_of(below, column)) / (row_v(above) - row_v(below));
  constexpr double kRight = -0.62, kAway = -0.25, kUp = 0.74;  // of the lamp; of length 1
  const double lamp_w = kRight * cos_turn_ + kAway * sin_turn_;
  const double lamp_b = -kRight * sin_turn_ + kAway * cos_turn_;
  const double cosine = (kUp - along_w * lamp_w - along_b * lamp_b) /
                        std::sqrt(1.0 + along_w * along_w + along_b * along_b);
  return 0.42 + 0.76 * std::max(0.0, cosine);
}

void Relief::add_side(MeshMark& mesh, bool along_w, const Color& color) const {
  const Index count = along_w ? columns() : rows();
  const Index row = cos_turn_ > 0.0 ? rows() - 1 : 0;
  const Index column = sin_turn_ > 0.0 ? 0 : columns() - 1;
  for (Index i = 0; i < count; ++i) {
    const Index r = along_w ? row : i, c = along_w ? i : column;
    const double u = column_u(c), v = row_v(r);
    const std::size_t first = mesh.points.size();
    mesh.points.push_back(project({u, v, height_of(r, c)}));
    mesh.points.push_back(project({u, v, -kPlinth}));
    mesh.colors.insert(mesh.colors.end(), 2, color);
    if (i > 0) add_quad(mesh, first - 2, first, first + 1, first - 1);
  }
}

MeshMark Relief::mesh(const ColorScale& scale, const Color& side) const {
  const Index rows = this->rows(), columns = this->columns();
  MeshMark mesh;
  mesh.points.reserve(static_cast<std::size_t>((rows + 2) * (columns + 2)));
  for (Index row = 0; row < rows; ++row)
    for (Index column = 0; column < columns; ++column) {
      mesh.points.push_back(project({column_u(column), row_v(row), height_of(row, column)}));
      const auto log10 = static_cast<float>(surface_->log10_error(row, column));
      mesh.colors.push_back(lit(color_of(scale, log10), light(row, column)));
    }
  mesh.triangles.reserve(static_cast<std::size_t>(2 * rows * columns));
  // From the back to the front, so that what is nearer covers what is behind it. Of the two halves
  // of a cell that lies behind which is on the far side of the diagonal between them.
  const double across = kWide / static_cast<double>(columns),
               down = 1.0 / static_cast<double>(rows);
  const bool right_is_far = down * sin_turn_ + across * cos_turn_ > 0.0;
  for (Index i = 0; i + 1 < rows; ++i)
    for (Index j = 0; j + 1 < columns; ++j) {
      const Index row = cos_turn_ > 0.0 ? i : rows - 2 - i;
      const Index column = sin_turn_ > 0.0 ? columns - 2 - j : j;
      const auto a = static_cast<std::size_t>(row * columns + column);
      const auto below = a + static_cast<std::size_t>(columns);
      if (right_is_far)
        add_quad(mesh, a, a + 1, below + 1, below);
      else
        add_quad(mesh, a, below, below + 1, a + 1);
    }
  add_side(mesh, true, lit(side, 0.86 + 0.14 * std::abs(cos_turn_)));
  add_side(mesh, false, lit(side, 0.86 + 0.14 * std::abs(sin_turn_)));
  return mesh;
}

double Relief::near_w() const { return sin_turn_ > 0.0 ? range().w_min : range().w_max; }

double Relief::near_b() const { return cos_turn_ > 0.0 ? range().b_min : range().b_max; }

lab::NeuronPoint Relief::left_corner() const {
  return {cos_turn_ > 0.0 ? range().w_min : range().w_max,
          sin_turn_ > 0.0 ? range().b_max : range().b_min};
}

namespace {

// One line within the range, bit by bit.
class Draper {
public:
  Draper(const Relief& relief, const std::function<double(lab::NeuronPoint)>& height,
         std::vector<DrapedLine>& parts)
      : relief_(relief), height_(height), parts_(parts) {}

  void add(lab::NeuronPoint at) {
    Relief::Spot spot = relief_.on(at);
    if (height_) spot.error = height_(at);
    const Point place = relief_.place(spot);
    const bool seen = relief_.is_seen(spot);
    if (!last_) {
      parts_.push_back({{}, seen});
    } else if (seen != parts_.back().seen) {
      parts_.push_back({{*last_}, seen});
    }
    parts_.back().points.push_back(place);
    last_ = place;
  }

private:
  const Relief& relief_;
  const std::function<double(lab::NeuronPoint)>& height_;
  std::vector<DrapedLine>& parts_;
  std::optional<Point> last_;
};

}  // namespace

std::vector<DrapedLine> draped(const Relief& relief, const std::vector<lab::NeuronPoint>& line,
                               const std::function<double(lab::NeuronPoint)>& height) {
  const lab::SurfaceRange& r = relief.range();
  const double w = r.w_max - r.w_min, b = r.b_max - r.b_min;
  std::vector<Point> flat;  // in shares of the range
  for (const lab::NeuronPoint& at : line)
    flat.push_back({(at.w - r.w_min) / w, (at.b - r.b_min) / b});
  std::vector<DrapedLine> parts;
  for (const auto& inside : clipped_line(flat, {0.0, 0.0, 1.0, 1.0})) {
    Draper draper(relief, height, parts);
    for (std::size_t i = 0; i < inside.size(); ++i) {
      const Point from = inside[i == 0 ? 0 : i - 1], to = inside[i];
      const double length = std::hypot(to.x - from.x, to.y - from.y);
      const int pieces = std::max(1, static_cast<int>(std::ceil(kPiecesAcross * length)));
      for (int piece = 1; piece <= pieces; ++piece) {
        const double share = static_cast<double>(piece) / pieces;
        draper.add({r.w_min + (from.x + share * (to.x - from.x)) * w,
                    r.b_min + (from.y + share * (to.y - from.y)) * b});
      }
    }
    const Point end = inside.back();
    const double margin = std::min({end.x, end.y, 1.0 - end.x, 1.0 - end.y});
    parts.back().leaves = inside.size() > 1 && margin < 1e-9;
  }
  return parts;
}

}  // namespace backflow::figure
