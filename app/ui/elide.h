// Plain text made to fit a width, with "…" for what was cut off.
#pragma once

#include <string>

namespace backflow::ui {

/// `size` and `width` in pixels. Text markup loses its meaning when it is cut.
std::string cut_end(const std::string& text, double size, double width);
std::string cut_start(const std::string& text, double size, double width);
/// Keeps both ends: of a file's name the last letters say what it is.
std::string cut_middle(const std::string& text, double size, double width);

}  // namespace backflow::ui
