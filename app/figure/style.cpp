#include "app/figure/style.h"

namespace backflow::figure {
namespace {

// Curves keep their hues in both themes and can be told apart with any colour vision: the gradient
// norm is violet, its clipped form and the threshold differ in dash as well as in hue.
constexpr Palette kLight{
    .surround = {226, 230, 236},
    .background = {255, 255, 255},
    .panel = {243, 245, 248},
    .text = {28, 32, 40},
    .muted_text = {88, 96, 110},
    .grid = {221, 225, 232},
    .minor_grid = {238, 240, 244},
    .axis = {120, 128, 142},
    .accent = {14, 116, 144},
    .loss = {14, 116, 144},
    .norm_before = {124, 58, 190},
    .norm_after = {22, 128, 84},
    .threshold = {200, 80, 10},
    .forward = {100, 112, 132},
    .negative = {58, 92, 180},
    .positive = {214, 112, 30},
    .warning = {190, 24, 60},
};

constexpr Palette kDark{
    .surround = {13, 15, 19},
    .background = {24, 27, 34},
    .panel = {34, 38, 48},
    .text = {232, 236, 243},
    .muted_text = {160, 169, 184},
    .grid = {52, 58, 71},
    .minor_grid = {38, 43, 53},
    .axis = {118, 128, 146},
    .accent = {56, 189, 210},
    .loss = {56, 189, 210},
    .norm_before = {190, 140, 255},
    .norm_after = {92, 214, 150},
    .threshold = {255, 158, 66},
    .forward = {142, 154, 176},
    .negative = {104, 148, 255},
    .positive = {255, 160, 72},
    .warning = {255, 106, 128},
};

}  // namespace

const Palette& palette(Theme theme) { return theme == Theme::light ? kLight : kDark; }

}  // namespace backflow::figure
