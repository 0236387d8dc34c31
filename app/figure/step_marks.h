// A step's values as people read them: units with their numbers, rows of cells, words and arrows.
// What the unrolled boxes and the folded cell draw alike.
#pragma once

#include <string>

#include "app/figure/unrolled_layout.h"

namespace backflow::figure {

class StepMarks {
public:
  using Values = Eigen::Ref<const model::Vector>;

  StepMarks(Group& group, const FigureStyle& style, const UnrolledLayout& layout)
      : group_(group), style_(style), colors_(palette(style.theme)), layout_(layout) {}

  /// Centred there, where the layout shows that.
  void text(Point center, const std::string& markup, double size, Color color,
            bool bold = false) const;
  /// A forward signal; strength 0 … 1 becomes its thickness.
  void forward_arrow(Point from, Point to, double strength) const;
  /// A box of units with the state's name at its top.
  void state_box(const Rect& box, const std::string& title, const Values& values,
                 double scale) const;
  /// A row of small cells with their values where those fit.
  void cells(const Values& values, double scale, const Rect& room) const;
  /// The input of step t: its word where there are words, else cells.
  void input(const UnrolledData& data, model::Index t, const Rect& box) const;
  /// The word of the class with the largest ŷ_t, where there are words, in the colour of a warning
  /// where it is wrong; else cells.
  void answer(const UnrolledData& data, model::Index t, const Rect& box) const;
  /// The blame of step t in colour and number.
  void blame_pill(const UnrolledData& data, model::Index t, const Rect& pill) const;

private:
  double f() const { return layout_.font; }
  void units(const Values& values, double scale, const Rect& room) const;
  void unit(double value, double scale, Point center, double width, double height,
            double size) const;
  void not_finite(const Rect& rect, Color fill) const;

  Group& group_;
  const FigureStyle& style_;
  const Palette& colors_;
  const UnrolledLayout& layout_;
};

}  // namespace backflow::figure
