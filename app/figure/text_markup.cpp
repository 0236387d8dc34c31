#include "app/figure/text_markup.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <sstream>

#include "app/figure/font_metrics.h"

namespace backflow::figure {
namespace {

constexpr double kScriptSize = 0.7;        // of the font size around it
constexpr double kSuperscriptRise = 0.38;  // of the font size around it
constexpr double kSubscriptDrop = 0.16;

// Decodes one code point and moves `i` behind it. A malformed byte stands for itself.
std::uint32_t next_code_point(std::string_view text, std::size_t& i) {
  const auto lead = static_cast<unsigned char>(text[i++]);
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (more == 0) return lead;
  std::uint32_t code = lead & (0x3Fu >> more);
  for (int k = 0; k < more && i < text.size(); ++k) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) break;
    code = (code << 6) | (byte & 0x3Fu);
    ++i;
  }
  return code;
}

double advance_of(std::uint32_t code, bool bold) {
  const auto table = glyph_advances();
  const auto found = std::lower_bound(
      table.begin(), table.end(), code,
      [](const GlyphAdvance& glyph, std::uint32_t c) { return glyph.code_point < c; });
  // Glyphs outside the table are as wide as the face's replacement box.
  if (found == table.end() || found->code_point != code) return 0.6;
  return (bold ? found->bold : found->regular) / 2048.0;
}

double plain_width(std::string_view text, double size, bool bold) {
  double width = 0.0;
  for (std::size_t i = 0; i < text.size();) width += advance_of(next_code_point(text, i), bold);
  return width * size;
}

// Where the script that starts at `i` ("_{…}" or "^{…}") ends: the index of its brace, or npos.
std::size_t script_end(std::string_view markup, std::size_t i) {
  if (i + 1 >= markup.size() || (markup[i] != '_' && markup[i] != '^') || markup[i + 1] != '{')
    return std::string_view::npos;
  return markup.find('}', i + 2);
}

}  // namespace

TextLayout layout_text(std::string_view markup, double size, bool bold) {
  TextLayout layout;
  double x = 0.0;
  double script_start = 0.0;  // x where the script before this one began
  bool after_subscript = false;
  std::size_t plain_from = 0;
  const auto flush = [&](std::size_t end) {
    if (end == plain_from) return;
    const std::string_view text = markup.substr(plain_from, end - plain_from);
    layout.runs.push_back({std::string(text), x, 0.0, size});
    x += plain_width(text, size, bold);
    after_subscript = false;
  };
  for (std::size_t i = 0; i < markup.size();) {
    const std::size_t end = script_end(markup, i);
    if (end == std::string_view::npos) {
      ++i;
      continue;
    }
    flush(i);
    const bool super = markup[i] == '^';
    const std::string_view text = markup.substr(i + 2, end - i - 2);
    const double start = super && after_subscript ? script_start : x;
    const double width = plain_width(text, kScriptSize * size, bold);
    layout.runs.push_back({std::string(text), start,
                           (super ? kSuperscriptRise : -kSubscriptDrop) * size,
                           kScriptSize * size});
    x = std::max(x, start + width);
    script_start = start;
    after_subscript = !super;
    i = plain_from = end + 1;
  }
  flush(markup.size());
  layout.width = x;
  return layout;
}

std::string subscripts_to_markup(std::string_view plain) {
  std::string markup;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    markup += plain[i];
    if (plain[i] != '_') continue;
    std::size_t end = i + 1;
    while (end < plain.size() && std::isalnum(static_cast<unsigned char>(plain[end]))) ++end;
    if (end > i + 1) markup.append("{").append(plain.substr(i + 1, end - i - 1)).append("}");
    i = end - 1;
  }
  return markup;
}

double text_width(std::string_view markup, double size, bool bold) {
  return layout_text(markup, size, bold).width;
}

std::string plain_text(std::string_view markup) {
  std::string text;
  for (const TextRun& run : layout_text(markup, 1.0).runs)
    text += (run.rise < 0.0 ? "_" : run.rise > 0.0 ? "^" : "") + run.text;
  return text;
}

std::vector<std::string> wrapped(const std::string& markup, double size, double width, bool bold) {
  std::vector<std::string> lines;
  std::istringstream words(markup);
  for (std::string word; words >> word;) {
    const std::string longer = lines.empty() ? word : lines.back() + " " + word;
    if (!lines.empty() && text_width(longer, size, bold) <= width)
      lines.back() = longer;
    else
      lines.push_back(word);
  }
  return lines;
}

}  // namespace backflow::figure
