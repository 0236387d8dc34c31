#include "core/lab/contour.h"

#include <array>
#include <cmath>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace backflow::lab {
namespace {

using model::Index;
using model::Matrix;

// The edges of the grid by number: 2i to the right of value i, 2i + 1 below it, row by row.
class Edges {
public:
  Edges(const Matrix& values, double level) : values_(values), level_(level) {}

  Index right_of(Index row, Index column) const { return 2 * (row * values_.cols() + column); }
  Index below(Index row, Index column) const { return right_of(row, column) + 1; }

  // Where the level is met on an edge.
  GridPoint crossing(Index edge) const {
    const Index row = edge / 2 / values_.cols(), column = edge / 2 % values_.cols();
    const bool down = edge % 2 == 1;
    const double a = values_(row, column);
    const double b = down ? values_(row + 1, column) : values_(row, column + 1);
    const double share = (level_ - a) / (b - a);
    const auto r = static_cast<double>(row), c = static_cast<double>(column);
    return down ? GridPoint{r + share, c} : GridPoint{r, c + share};
  }

private:
  const Matrix& values_;
  double level_;
};

// Which edges are joined: each by one or two others.
class Joints {
public:
  void join(Index a, Index b) {
    joined_[a].push_back(b);
    joined_[b].push_back(a);
    order_.push_back(a);
  }

  // All lines, and none of them twice.
  std::vector<std::deque<Index>> lines() {
    std::vector<std::deque<Index>> all;
    for (const Index start : order_) {
      if (joined_[start].empty()) continue;
      std::deque<Index> line{start};
      while (const auto next = take(line.back())) line.push_back(*next);
      while (const auto next = take(line.front())) line.push_front(*next);
      all.push_back(std::move(line));
    }
    return all;
  }

private:
  // One step further, which is gone then.
  std::optional<Index> take(Index from) {
    auto& ends = joined_[from];
    if (ends.empty()) return std::nullopt;
    const Index to = ends.back();
    ends.pop_back();
    std::erase(joined_[to], from);
    return to;
  }

  std::unordered_map<Index, std::vector<Index>> joined_;
  std::vector<Index> order_;
};

// The lines through the square with its first corner there.
void march(const Matrix& values, double level, const Edges& edges, Index row, Index column,
           Joints& joints) {
  const std::array corners{values(row, column), values(row, column + 1),
                           values(row + 1, column + 1), values(row + 1, column)};
  double mean = 0.0;
  for (const double value : corners) mean += value / 4.0;
  if (!std::isfinite(mean)) return;
  const std::array<Index, 4> sides{edges.right_of(row, column), edges.below(row, column + 1),
                                   edges.right_of(row + 1, column), edges.below(row, column)};
  const auto above = [&](std::size_t i) { return corners[i % 4] > level; };
  std::vector<std::size_t> crossed;
  for (std::size_t i = 0; i < 4; ++i)
    if (above(i) != above(i + 1)) crossed.push_back(i);
  if (crossed.size() == 2) joints.join(sides[crossed[0]], sides[crossed[1]]);
  if (crossed.size() != 4) return;
  // Corners like the middle are joined through it; the others are cut off one by one.
  const std::size_t first = above(0) == (mean > level) ? 0 : 3;
  joints.join(sides[first], sides[(first + 1) % 4]);
  joints.join(sides[(first + 2) % 4], sides[(first + 3) % 4]);
}

}  // namespace

std::vector<std::vector<GridPoint>> contour_lines(const Matrix& values, double level) {
  const Edges edges(values, level);
  Joints joints;
  for (Index row = 0; row + 1 < values.rows(); ++row)
    for (Index column = 0; column + 1 < values.cols(); ++column)
      march(values, level, edges, row, column, joints);
  std::vector<std::vector<GridPoint>> lines;
  for (const auto& line : joints.lines()) {
    lines.emplace_back();
    for (const Index edge : line) lines.back().push_back(edges.crossing(edge));
  }
  return lines;
}

}  // namespace backflow::lab
