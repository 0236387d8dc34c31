// The parts that the program's web pages have in common: self-contained, no script, no network.
#pragma once

#include <string>
#include <string_view>

#include "app/figure/catalogue.h"
#include "app/figure/colormap.h"

namespace backflow::exporting {

/// Up to and with "<main>"; both as plain text.
std::string page_beginning(std::string_view title, std::string_view program);
inline constexpr std::string_view kPageEnd = "</main>\n</body>\n</html>\n";

/// Text markup (text_markup.h) as HTML, with its sub- and superscripts.
std::string html(std::string_view markup);

/// A figure with its title and what it shows, as inline SVG: one for wide screens and paper and one
/// for phones. `id` is the element's, and begins all others in it.
std::string figure_element(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                           const figure::View& view, std::string_view id, figure::Colormap colors);

}  // namespace backflow::exporting
