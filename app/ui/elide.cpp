#include "app/ui/elide.h"

#include "app/figure/text_markup.h"

namespace backflow::ui {
namespace {

bool within_character(char c) { return (c & 0xC0) == 0x80; }  // of UTF-8

}  // namespace

std::string cut_end(const std::string& text, double size, double width) {
  std::string shown = text;
  for (std::size_t end = text.size(); end > 1 && figure::text_width(shown, size) > width; --end)
    if (!within_character(text[end - 1])) shown = text.substr(0, end - 1) + "…";
  return shown;
}

std::string cut_start(const std::string& text, double size, double width) {
  std::string shown = text;
  for (std::size_t cut = 1; cut < text.size() && figure::text_width(shown, size) > width; ++cut)
    if (!within_character(text[cut])) shown = "…" + text.substr(cut);
  return shown;
}

}  // namespace backflow::ui
