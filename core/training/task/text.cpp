#include "core/training/task/text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/io/progress.h"
#include "core/io/read_file.h"
#include "core/io/utf8.h"
#include "core/training/task/alice.h"

namespace backflow::training {
namespace {

// A number for each code point, 0 at first. Few pages of the Unicode table have any other.
class Numbering {
public:
  std::uint16_t& operator[](char32_t code_point) {
    std::uint16_t& page = page_of_[code_point / kPage];
    if (page == 0) {
      pages_.emplace_back();
      page = static_cast<std::uint16_t>(pages_.size());
    }
    return pages_[page - 1u][code_point % kPage];
  }

private:
  static constexpr std::size_t kPage = 256;

  std::vector<std::uint16_t> page_of_ = std::vector<std::uint16_t>(io::kCodePoints / kPage);
  std::vector<std::array<std::uint16_t, kPage>> pages_;
};

struct Character {
  char32_t code_point;
  std::string utf8;
  std::size_t came_as;
};

std::vector<double> training_frequency(const Text& text) {
  std::vector<double> frequency(text.alphabet.size(), 0.0);
  for (std::size_t i = 0; i < text.training_size(); ++i) frequency[text.characters[i]] += 1.0;
  for (double& p : frequency) p /= static_cast<double>(text.training_size());
  return frequency;
}

}  // namespace

std::string Text::label(std::size_t place) const {
  const std::string& character = alphabet[place];
  if (character == " ") return "·";
  if (character == "\n") return "↵";
  const auto first = static_cast<unsigned char>(character.front());
  return first < 0x20 || first == 0x7F ? "?" : character;
}

std::string parse_text(std::string_view bytes, Text& text) {
  if (bytes.size() > kMostTextBytes)
    return "is larger than " + std::to_string(kMostTextBytes / 1'000'000) + " MB";
  const std::size_t begin = bytes.substr(0, 3) == io::kByteOrderMark ? 3 : 0;
  if (begin == bytes.size()) return "is empty";
  Text read;
  Numbering number;
  std::vector<Character> seen;  // the different ones, as they come
  io::ProgressMeter progress(bytes.size());
  for (std::size_t at = begin; at < bytes.size();) {
    const std::optional<io::CodePoint> next = io::code_point_at(bytes, at);
    if (!next) return "is not UTF-8 at byte " + std::to_string(at);
    std::uint16_t& of_next = number[next->value];
    if (of_next == 0) {
      if (seen.size() == kMostCharacters)
        return "has more than " + std::to_string(kMostCharacters) + " different characters";
      seen.push_back({next->value, std::string(bytes.substr(at, next->bytes)), seen.size()});
      of_next = static_cast<std::uint16_t>(seen.size());
    }
    read.characters.push_back(static_cast<std::uint8_t>(of_next - 1));
    progress.at(at += next->bytes);
  }
  if (seen.size() < 2) return "has only one character, again and again";

  std::sort(seen.begin(), seen.end(),
            [](const Character& a, const Character& b) { return a.code_point < b.code_point; });
  std::array<std::uint8_t, kMostCharacters> place{};
  for (const Character& character : seen) {
    place[character.came_as] = static_cast<std::uint8_t>(read.alphabet.size());
    read.alphabet.push_back(character.utf8);
  }
  for (std::uint8_t& character : read.characters) character = place[character];
  read.frequency = training_frequency(read);
  text = std::move(read);
  return {};
}

std::string load_text(const std::string& path, Text& text) {
  std::string bytes;
  std::string error = io::read_file(path, kMostTextBytes, bytes);
  return error.empty() ? parse_text(bytes, text) : error;
}

const Text& builtin_text() {
  static const Text kText = [] {
    Text text;
    parse_text(kAlice, text);
    return text;
  }();
  return kText;
}

}  // namespace backflow::training
