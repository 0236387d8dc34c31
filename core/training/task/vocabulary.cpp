#include "core/training/task/vocabulary.h"

#include <algorithm>
#include <array>

#include "core/io/read_file.h"

namespace backflow::training {

std::string parse_vocabulary(std::string_view bytes, Vocabulary& vocabulary) {
  // A line's end behind the characters is the editor's, unless there are others.
  if (!bytes.empty() && bytes.find('\n') == bytes.size() - 1) {
    bytes.remove_suffix(1);
    if (bytes.ends_with('\r')) bytes.remove_suffix(1);
  }
  Text text;
  if (std::string error = parse_text(bytes, text); !error.empty()) return error;
  Vocabulary read;
  std::vector<bool> known(text.alphabet.size(), false);
  for (const std::uint8_t place : text.characters) {
    if (!known[place]) read.push_back(text.alphabet[place]);
    known[place] = true;
  }
  vocabulary = std::move(read);
  return {};
}

std::string load_vocabulary(const std::string& path, Vocabulary& vocabulary) {
  constexpr std::size_t kMostBytes = 1'000'000;
  std::string bytes;
  std::string error = io::read_file(path, kMostBytes, bytes);
  return error.empty() ? parse_vocabulary(bytes, vocabulary) : error;
}

std::string use_vocabulary(const Vocabulary& vocabulary, Text& text) {
  std::array<std::uint8_t, kMostCharacters> places{};
  for (std::size_t i = 0; i < text.alphabet.size(); ++i) {
    const auto found = std::ranges::find(vocabulary, text.alphabet[i]);
    if (found == vocabulary.end())
      return "has the character \"" + text.label(i) + "\", which the vocabulary lacks";
    places[i] = static_cast<std::uint8_t>(found - vocabulary.begin());
  }
  std::vector<double> frequency(vocabulary.size(), 0.0);
  for (std::size_t i = 0; i < text.alphabet.size(); ++i) frequency[places[i]] = text.frequency[i];
  for (std::uint8_t& character : text.characters) character = places[character];
  text.alphabet = vocabulary;
  text.frequency = std::move(frequency);
  return {};
}

}  // namespace backflow::training
