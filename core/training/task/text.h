// Texts for the task next-character: read once, kept as numbers of characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace backflow::training {

/// A text of N characters out of at most 256 different ones; a character is a Unicode code point.
struct Text {
  std::vector<std::string> alphabet;     ///< the different characters in UTF-8, by code point
  std::vector<std::uint8_t> characters;  ///< the text, each character by its place in `alphabet`
  std::vector<double> frequency;         ///< of each in the training part; sums to 1

  /// The first 90 % are for training, the rest is held out.
  std::size_t training_size() const { return characters.size() - characters.size() / 10; }
  std::size_t held_out_size() const { return characters.size() / 10; }

  /// The character for people: a blank is "·", a line's end "↵", other control characters "?".
  std::string label(std::size_t place) const;
};

inline constexpr std::size_t kMostTextBytes = 100'000'000;
inline constexpr std::size_t kMostCharacters = 256;  ///< different ones

/// Reads UTF-8; a byte order mark at the beginning is left out. Returns an empty string, or what is
/// wrong with the text, to be read after its name ("is empty"); `text` is unchanged then.
std::string parse_text(std::string_view bytes, Text& text);

/// The same from a file.
std::string load_text(const std::string& path, Text& text);

/// The opening of Lewis Carroll's "Alice's Adventures in Wonderland" (1865), in the public domain.
const Text& builtin_text();

}  // namespace backflow::training
