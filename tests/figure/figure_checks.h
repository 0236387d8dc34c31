// What holds for every figure at every size: no text leaves it, no two texts lie on one another.
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "app/figure/canvas.h"
#include "app/figure/figure.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {

struct TextBox {
  Rect rect;
  std::string text;
};

/// Where the letters stand: from the top of capitals to the baseline.
inline std::vector<TextBox> text_boxes(const Figure& figure) {
  std::vector<TextBox> boxes;
  for (const Group& group : figure.groups)
    for (const Mark& mark : group.marks) {
      const auto* text = std::get_if<TextMark>(&mark);
      if (text == nullptr || text->markup.empty()) continue;
      const double width = text_width(text->markup, text->size, text->bold);
      const Point start = baseline_start(*text, width);
      boxes.push_back({{start.x, start.y - kCapHeight * text->size, width, kCapHeight * text->size},
                       text->markup});
    }
  return boxes;
}

/// Every line, rectangle and circle has a place: no canvas can draw what lies at infinity.
inline void expect_finite(const Figure& figure) {
  const auto check = [](const Group& group, std::initializer_list<double> values) {
    for (const double value : values) EXPECT_TRUE(std::isfinite(value)) << group.id;
  };
  for (const Group& group : figure.groups)
    for (const Mark& mark : group.marks) {
      if (const auto* line = std::get_if<PolylineMark>(&mark))
        for (const Point& point : line->points) check(group, {point.x, point.y});
      if (const auto* polygon = std::get_if<PolygonMark>(&mark))
        for (const Point& point : polygon->points) check(group, {point.x, point.y});
      if (const auto* mesh = std::get_if<MeshMark>(&mark))
        for (const Point& point : mesh->points)
          if (!std::isfinite(point.x + point.y)) check(group, {point.x, point.y});
      if (const auto* r = std::get_if<RectMark>(&mark))
        check(group, {r->rect.x, r->rect.y, r->rect.width, r->rect.height});
      if (const auto* circle = std::get_if<CircleMark>(&mark))
        check(group, {circle->center.x, circle->center.y, circle->radius});
    }
}

inline void expect_legible(const Figure& figure) {
  expect_finite(figure);
  const auto boxes = text_boxes(figure);
  EXPECT_FALSE(boxes.empty());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const Rect& a = boxes[i].rect;
    EXPECT_GE(a.x, -0.5) << boxes[i].text;
    EXPECT_GE(a.y, -0.5) << boxes[i].text;
    EXPECT_LE(a.right(), figure.width + 0.5) << boxes[i].text;
    EXPECT_LE(a.bottom(), figure.height + 0.5) << boxes[i].text;
    for (std::size_t j = 0; j < i; ++j) {
      const Rect& b = boxes[j].rect;
      const bool apart =
          a.x >= b.right() || b.x >= a.right() || a.y >= b.bottom() || b.y >= a.bottom();
      EXPECT_TRUE(apart) << "\"" << boxes[i].text << "\" on \"" << boxes[j].text << "\"";
    }
  }
}

inline const Group& group_of(const Figure& figure, const std::string& id) {
  for (const Group& group : figure.groups)
    if (group.id == id) return group;
  ADD_FAILURE() << "no group " << id;
  static const Group kNone;
  return kNone;
}

template <class M>
std::vector<M> marks_of(const Group& group) {
  std::vector<M> found;
  for (const Mark& mark : group.marks)
    if (const auto* m = std::get_if<M>(&mark)) found.push_back(*m);
  return found;
}

/// All texts, one per line.
inline std::string all_text(const Figure& figure) {
  std::string all;
  for (const TextBox& box : text_boxes(figure)) all += box.text + '\n';
  return all;
}

}  // namespace backflow::figure
