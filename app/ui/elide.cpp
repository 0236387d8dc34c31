#include "app/ui/elide.h"

#include <vector>

#include "app/figure/text_markup.h"

namespace backflow::ui {
namespace {

bool within_character(char c) { return (c & 0xC0) == 0x80; }  // of UTF-8

// Where characters begin, and the end.
std::vector<std::size_t> boundaries(const std::string& text) {
  std::vector<std::size_t> list;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!within_character(text[i])) list.push_back(i);
  list.push_back(text.size());
  return list;
}

// The widest of `candidate(0)`, `candidate(1)`, … `candidate(count - 1)`, which grow, that fits; at
// least the first. Few are measured: a list shows many names in each frame.
template <class Candidate>
std::string widest(std::size_t count, double size, double width, const Candidate& candidate) {
  std::size_t low = 0, high = count;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (figure::text_width(candidate(middle), size) <= width ? low : high) = middle;
  }
  return candidate(low);
}

}  // namespace

std::string cut_end(const std::string& text, double size, double width) {
  if (figure::text_width(text, size) <= width) return text;
  const std::vector<std::size_t> at = boundaries(text);
  if (at.size() < 3) return text;
  return widest(at.size() - 2, size, width,
                [&](std::size_t i) { return text.substr(0, at[i + 1]) + "…"; });
}

std::string cut_start(const std::string& text, double size, double width) {
  if (figure::text_width(text, size) <= width) return text;
  const std::vector<std::size_t> at = boundaries(text);
  if (at.size() < 3) return text;
  const std::size_t count = at.size() - 1;  // characters
  return widest(count - 1, size, width,
                [&](std::size_t i) { return "…" + text.substr(at[count - 1 - i]); });
}

std::string cut_middle(const std::string& text, double size, double width) {
  if (figure::text_width(text, size) <= width) return text;
  const std::vector<std::size_t> at = boundaries(text);
  const std::size_t count = at.size() - 1;
  if (count < 3) return text;
  return widest(count - 2, size, width, [&](std::size_t i) {
    const std::size_t kept = i + 2, behind = kept * 2 / 5;  // characters
    return text.substr(0, at[kept - behind]) + "…" + text.substr(at[count - behind]);
  });
}

}  // namespace backflow::ui
