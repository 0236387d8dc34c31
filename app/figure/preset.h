// Sizes of figures by what they are for: a slide, a column of a paper, a poster. Letters follow, so
// that they are readable where the figure is seen.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "app/figure/figure.h"
#include "app/figure/view.h"

namespace backflow::figure {

struct Preset {
  std::string_view name;         ///< "paper-one-column"
  std::string_view description;  ///< one line, with the size
  double width;                  ///< figure units, 1/96 inch
  double height;                 ///< of the whole with its caption; 0: as the figure asks for
  double font_size;              ///< figure units

  /// Of a figure whose own size is that: as many lines of letters high as that, if that is not too
  /// high for the width.
  Size size(Size own) const;
};

std::span<const Preset> presets();

/// The preset of that name, or nullptr.
const Preset* find_preset(std::string_view name);

/// Makes lines and their dashes thicker and longer by the factor, as letters are that are larger
/// than usual: a poster's lines are seen from as far away as its words.
void scale_strokes(Figure& figure, double factor);

}  // namespace backflow::figure
