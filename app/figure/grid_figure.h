// A number over two settings, as a sweep measures it: coloured cells, a bar that says what the
// colours mean, hatched where there is no number. Over one setting: a row of cells. Over three: a
// panel for each value of the third, all in the same colours.
#pragma once

#include <string>
#include <vector>

#include "app/figure/figure.h"
#include "app/figure/style.h"
#include "app/figure/view.h"

namespace backflow::figure {

struct GridPicture {
  std::string title;                            ///< of the number, plain text
  std::string note;                             ///< what all cells have in common, plain text
  std::string x_title, y_title;                 ///< of the settings; y_title empty: one row
  std::vector<std::string> x_values, y_values;  ///< as they are written at the axes
  struct Panel {
    std::string title;  ///< plain text; empty: none
    /// Row by row, the first row is the lowest: y_values.size() · x_values.size() numbers (one row
    /// when y_values is empty). NaN: not measured, or not there.
    std::vector<double> values;
  };
  std::vector<Panel> panels;  ///< at least one
  bool logarithmic = false;   ///< colours by log10; numbers ≤ 0 count as not there
};

Figure build_grid(const GridPicture& picture, const FigureStyle& style, Size size);

/// A size at which its cells can be told apart.
Size usual_size(const GridPicture& picture);

}  // namespace backflow::figure
