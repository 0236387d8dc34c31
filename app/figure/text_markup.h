// Text with sub- and superscripts, laid out the same for every canvas.
//
// Markup: "_{…}" sets a subscript, "^{…}" a superscript, one level deep ("h_{t}", "W_{hh}",
// "10^{−3}"); a superscript right after a subscript stands above it ("W_{hh}^{T}"). A brace that is
// never closed, or "_"/"^" without a brace, is plain text. Everything else is UTF-8 as it is.
// Widths come from a committed table of DejaVu Sans's advances (assets/fonts/generate_metrics.py),
// so that layout needs no font file and is the same on screen, in SVG and in PNG.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace backflow::figure {

struct TextRun {
  std::string text;    ///< UTF-8, no markup
  double x = 0.0;      ///< from the start of the text, in figure units
  double rise = 0.0;   ///< of the baseline, upwards
  double size = 12.0;  ///< font size
};

struct TextLayout {
  std::vector<TextRun> runs;
  double width = 0.0;
};

TextLayout layout_text(std::string_view markup, double size, bool bold = false);

/// Plain text with names such as "h_t" or "∂L/∂W_hh" as markup: letters after "_" are a subscript.
std::string subscripts_to_markup(std::string_view plain);

/// Width of the laid-out markup.
double text_width(std::string_view markup, double size, bool bold = false);

/// Text markup for readers that show plain text only: "∂h_t/∂h_k", "10^−3".
std::string plain_text(std::string_view markup);

/// Text markup broken at blanks into lines no wider than that; a longer word has a line of its own.
std::vector<std::string> wrapped(const std::string& markup, double size, double width,
                                 bool bold = false);

/// Ascent of capital letters and depth below the baseline, as fractions of the font size.
inline constexpr double kCapHeight = 0.729;
inline constexpr double kDescent = 0.236;
/// Distance between baselines, as a fraction of the font size.
inline constexpr double kLineHeight = 1.35;

}  // namespace backflow::figure
