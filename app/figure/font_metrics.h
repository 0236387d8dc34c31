// Advance widths of DejaVu Sans, so that text is laid out without a font file.
#pragma once

#include <cstdint>
#include <span>

namespace backflow::figure {

struct GlyphAdvance {
  std::uint32_t code_point;
  std::uint16_t regular, bold;  ///< in 1/2048 of the font size
};

/// All glyphs in the table, by ascending code point.
std::span<const GlyphAdvance> glyph_advances();

}  // namespace backflow::figure
