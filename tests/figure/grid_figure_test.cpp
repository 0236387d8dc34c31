// Grids of a sweep: each cell has the colour of its number, all panels on one scale.
#include "app/figure/grid_figure.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/figure/figure_checks.h"

namespace backflow::figure {
namespace {

GridPicture grid_of_two_panels() {
  GridPicture picture;
  picture.title = "loss";
  picture.note = "iterations=3";
  picture.x_title = "Rate";
  picture.y_title = "Clip";
  picture.x_values = {"0.1", "0.2", "0.3"};
  picture.y_values = {"1", "2"};
  picture.panels = {{"T = 5", {0.0, 1.0, 2.0, 3.0, 4.0, std::nan("")}},
                    {"T = 9", {4.0, 4.0, 4.0, 4.0, 4.0, 8.0}}};
  return picture;
}

TEST(GridFigure, CellsHaveTheColourOfTheirNumberOnOneScale) {
  const Figure figure = build_grid(grid_of_two_panels(), {}, {800, 400});
  const Group& cells = group_of(figure, "cells");
  std::vector<RectMark> filled;
  for (const RectMark& mark : marks_of<RectMark>(cells))
    if (mark.fill) filled.push_back(mark);
  ASSERT_EQ(filled.size(), 11u);
  EXPECT_EQ(marks_of<HatchMark>(cells).size(), 1u);  // where there is no number
  const ColorScale scale = color_scale(0.0, 8.0, Colormap::viridis);
  EXPECT_EQ(*filled[0].fill, color_of(scale, 0.0f));
  EXPECT_EQ(*filled[4].fill, color_of(scale, 4.0f));
  EXPECT_EQ(*filled[5].fill, *filled[4].fill);  // of the other panel
  EXPECT_EQ(*filled[10].fill, color_of(scale, 8.0f));
  // The first row is the lowest, the first column the leftmost.
  EXPECT_LT(filled[0].rect.x, filled[1].rect.x);
  EXPECT_GT(filled[0].rect.y, filled[3].rect.y);
  EXPECT_LT(filled[0].rect.x, filled[5].rect.x);
}

TEST(GridFigure, OnALogarithmicScaleTenfoldIsOneStep) {
  GridPicture picture = grid_of_two_panels();
  picture.logarithmic = true;
  picture.panels = {{"", {1e-4, 1e-2, 1.0, 0.0, -1.0, 1e-1}}};
  const Figure figure = build_grid(picture, {}, {640, 440});
  const Group& cells = group_of(figure, "cells");
  EXPECT_EQ(marks_of<HatchMark>(cells).size(), 2u);  // 0 and −1 have no logarithm
  const ColorScale scale = color_scale(-4.0, 0.0, Colormap::viridis);
  EXPECT_EQ(*marks_of<RectMark>(cells)[1].fill, color_of(scale, -2.0f));
}

TEST(GridFigure, IsLegibleWithAnyNumberOfPanels) {
  for (std::size_t panels = 1; panels <= 7; ++panels) {
    GridPicture picture = grid_of_two_panels();
    picture.panels.resize(1);
    for (std::size_t i = 1; i < panels; ++i)
      picture.panels.push_back({"T = " + std::to_string(i), picture.panels[0].values});
    const Size size = usual_size(picture);
    expect_legible(build_grid(picture, {}, size));
    picture.y_values.clear();
    picture.y_title.clear();
    for (GridPicture::Panel& panel : picture.panels) panel.values.resize(3);
    expect_legible(build_grid(picture, {}, usual_size(picture)));
  }
}

}  // namespace
}  // namespace backflow::figure
