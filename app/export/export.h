// From a snapshot to the bytes of a figure's file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/figure/catalogue.h"

namespace backflow::exporting {

enum class Format { svg, png, csv };

/// By the extension, in any case; nothing when it is not one of ours.
std::optional<Format> format_of(std::string_view path);

/// ".svg", ".png", ".csv".
std::string_view extension(Format format);

/// The bytes of the file. PNG has two pixels per figure unit; CSV is the data of the figure, to
/// which style and size do not apply. Throws std::runtime_error when there is no memory for the
/// image.
std::string render(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                   const figure::View& view, const figure::FigureStyle& style, figure::Size size,
                   Format format);

}  // namespace backflow::exporting
