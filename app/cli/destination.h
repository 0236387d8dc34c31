// Where files are to be written, and whether they can be as asked: looked at before an hour of
// training rather than after it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/figure/catalogue.h"

namespace backflow::cli {

/// Empty, or one sentence: the option's file is a directory, or lies in none that exists. "-" is
/// fine.
std::string check_destination(const std::string& output, std::string_view option = "--output");

/// Empty, or one sentence that names the first of the files that exist already.
std::string check_existing(const std::vector<std::string>& paths);

/// Empty, or one sentence: the figure has no norms in colour.
std::string check_colors(const figure::FigureInfo& info, figure::Colormap colors);

}  // namespace backflow::cli
