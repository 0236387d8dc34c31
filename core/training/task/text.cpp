#include "core/training/task/text.h"

#include <optional>

#include "core/io/progress.h"
#include "core/io/read_file.h"
#include "core/io/utf8.h"
#include "core/training/task/alice.h"

namespace backflow::training {
namespace {

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
  constexpr std::size_t kNowhere = std::string_view::npos;
  std::vector<std::size_t> first_at(io::kCodePoints, kNowhere);
  std::size_t different = 0;
  io::ProgressMeter checked(bytes.size(), 0.0, 0.5), taken(bytes.size(), 0.5, 1.0);
  for (std::size_t at = begin; at < bytes.size();) {
    const std::optional<io::CodePoint> next = io::code_point_at(bytes, at);
    if (!next) return "is not UTF-8 at byte " + std::to_string(at);
    if (first_at[next->value] == kNowhere) {
      if (++different > kMostCharacters)
        return "has more than " + std::to_string(kMostCharacters) + " different characters";
      first_at[next->value] = at;
    }
    checked.at(at += next->bytes);
  }
  if (different < 2) return "has only one character, again and again";

  Text read;
  std::vector<std::uint8_t> place(io::kCodePoints, 0);
  for (std::size_t c = 0; c < io::kCodePoints; ++c) {
    if (first_at[c] == kNowhere) continue;
    place[c] = static_cast<std::uint8_t>(read.alphabet.size());
    read.alphabet.emplace_back(
        bytes.substr(first_at[c], io::code_point_at(bytes, first_at[c])->bytes));
  }
  for (std::size_t at = begin; at < bytes.size();) {
    const io::CodePoint next = *io::code_point_at(bytes, at);
    read.characters.push_back(place[next.value]);
    taken.at(at += next.bytes);
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
