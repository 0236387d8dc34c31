#include "core/training/task/text.h"

#include <optional>

#include "core/io/read_file.h"
#include "core/training/task/alice.h"

namespace backflow::training {
namespace {

constexpr char32_t kCodePoints = 0x110000;

struct Decoded {
  char32_t code_point;
  std::size_t bytes;
};

// The code point that begins at `at`; nothing when that is not UTF-8 (Unicode 15, table 3-7: no
// overlong forms, no surrogates, nothing above U+10FFFF).
std::optional<Decoded> decode(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return Decoded{lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > bytes.size()) return std::nullopt;
  char32_t code_point = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return std::nullopt;
    code_point = code_point << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong =
      (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point >= kCodePoints) return std::nullopt;
  return Decoded{code_point, length};
}

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
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.size() > kMostTextBytes)
    return "is larger than " + std::to_string(kMostTextBytes / 1'000'000) + " MB";
  const std::size_t begin = bytes.substr(0, 3) == kByteOrderMark ? 3 : 0;
  if (begin == bytes.size()) return "is empty";
  constexpr std::size_t kNowhere = std::string_view::npos;
  std::vector<std::size_t> first_at(kCodePoints, kNowhere);
  std::size_t different = 0;
  for (std::size_t at = begin; at < bytes.size();) {
    const std::optional<Decoded> next = decode(bytes, at);
    if (!next) return "is not UTF-8 at byte " + std::to_string(at);
    if (first_at[next->code_point] == kNowhere) {
      if (++different > kMostCharacters)
        return "has more than " + std::to_string(kMostCharacters) + " different characters";
      first_at[next->code_point] = at;
    }
    at += next->bytes;
  }
  if (different < 2) return "has only one character, again and again";

  Text read;
  std::vector<std::uint8_t> place(kCodePoints, 0);
  for (std::size_t c = 0; c < kCodePoints; ++c) {
    if (first_at[c] == kNowhere) continue;
    place[c] = static_cast<std::uint8_t>(read.alphabet.size());
    read.alphabet.emplace_back(bytes.substr(first_at[c], decode(bytes, first_at[c])->bytes));
  }
  for (std::size_t at = begin; at < bytes.size();) {
    const Decoded next = *decode(bytes, at);
    read.characters.push_back(place[next.code_point]);
    at += next.bytes;
  }
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
