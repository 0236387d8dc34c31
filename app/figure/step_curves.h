// Curves over the steps of a sequence, t = 1..T, the value of step t at index t − 1.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "app/figure/curve.h"
#include "app/figure/plot_axes.h"
#include "core/gradient/saturation.h"

namespace backflow::figure {

/// A line through one number of every step, broken where that is NaN.
template <class Step, class Number>
void add_step_line(Group& group, const std::vector<Step>& steps, Number number, const Axes& axes,
                   const Stroke& stroke) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < steps.size(); ++i)
    points.push_back({axes.x(static_cast<double>(i + 1)), axes.y(std::invoke(number, steps[i]))});
  add_line(group, points, stroke);
}

/// The area between two of the five numbers of every step, such as 1 and 3, the quartiles.
void add_step_band(Group& group, const std::vector<gradient::FiveNumbers>& steps, std::size_t low,
                   std::size_t high, const Axes& axes, Color color);

/// Dotted lines at the two steps of View::cursor, where they are among the steps.
void add_step_cursor(Group& group, const View& view, const Axes& axes, std::size_t steps,
                     const Palette& colors);

/// The step at a point inside the plot, 1..steps.
std::optional<model::Index> step_under(const PlotArea& area, Point at, std::size_t steps);

}  // namespace backflow::figure
