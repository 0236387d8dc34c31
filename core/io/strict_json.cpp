#include "core/io/strict_json.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/io/shown.h"

namespace backflow::io {
namespace {

using nlohmann::json;

// Reads on from *place, which whoever else knows the place sees moving: the parser does not tell
// its handlers where they are.
class SharedIterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  explicit SharedIterator(const char** place) : place_(place) {}
  reference operator*() const { return **place_; }
  SharedIterator& operator++() {
    ++*place_;
    return *this;
  }
  SharedIterator operator++(int) {
    const SharedIterator before = *this;
    ++*place_;
    return before;
  }
  bool operator==(const SharedIterator& other) const { return *place_ == *other.place_; }
  bool operator!=(const SharedIterator& other) const { return *place_ != *other.place_; }

private:
  const char** place_;
};

// " in line 3, column 7" for the byte `at`.
std::string place_text(std::string_view bytes, std::size_t at) {
  const std::string_view before = bytes.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::string_view row = before.substr(before.rfind('\n') + 1);
  const auto column = 1 + std::count_if(row.begin(), row.end(), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
                      });
  return " in line " + std::to_string(line) + ", column " + std::to_string(column);
}

// Builds the value as the parser goes; false from a function ends it.
class Builder {
public:
  Builder(std::string_view bytes, const JsonLimits& limits)
      : bytes_(bytes), limits_(limits), place_(bytes.data()) {}

  std::string parse(json& value);

  bool null() { return add(nullptr) != nullptr; }
  bool boolean(bool value) { return add(value) != nullptr; }
  bool number_integer(json::number_integer_t value) { return add(value) != nullptr; }
  bool number_unsigned(json::number_unsigned_t value) { return add(value) != nullptr; }
  bool number_float(json::number_float_t value, const std::string&) {
    return add(value) != nullptr;
  }
  bool string(std::string& value) { return add(std::move(value)) != nullptr; }
  bool binary(json::binary_t&) { return false; }  // not in JSON
  bool start_object(std::size_t) { return open(json::value_t::object); }
  bool start_array(std::size_t) { return open(json::value_t::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name);
  bool parse_error(std::size_t position, const std::string&, const json::exception& error);

private:
  std::size_t here() const { return static_cast<std::size_t>(place_ - bytes_.data()); }
  std::size_t token_begin(std::size_t end) const;
  json* add(json value);
  bool open(json::value_t kind);
  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view bytes_;
  JsonLimits limits_;
  const char* place_;
  std::string error_;
  json root_;
  std::vector<json*> open_;  // the arrays and objects that we are in, outermost first
  json* member_ = nullptr;   // whose key has been read, but not its value
  std::size_t values_ = 0;
};

// Where the token that ends before `end` begins. No quote within a string but follows a backslash,
// and none that opens one does.
std::size_t Builder::token_begin(std::size_t end) const {
  std::size_t begin = std::min(end, bytes_.size());
  if (begin > 0) --begin;
  if (bytes_.empty()) return 0;
  if (bytes_[begin] == '"') {
    while (begin > 0) {
      --begin;
      if (bytes_[begin] == '"' && (begin == 0 || bytes_[begin - 1] != '\\')) break;
    }
    return begin;
  }
  const auto in_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '+' || c == '-';
  };
  while (begin > 0 && in_word(bytes_[begin]) && in_word(bytes_[begin - 1])) --begin;
  return begin;
}

json* Builder::add(json value) {
  if (++values_ > limits_.values) {
    error_ = "has more than " + std::to_string(limits_.values) + " values, the next" +
             place_text(bytes_, token_begin(here()));
    return nullptr;
  }
  if (open_.empty()) {
    root_ = std::move(value);
    return &root_;
  }
  if (open_.back()->is_array()) {
    auto& array = open_.back()->get_ref<json::array_t&>();
    array.push_back(std::move(value));
    return &array.back();
  }
  *member_ = std::move(value);
  return member_;
}

bool Builder::open(json::value_t kind) {
  if (open_.size() == limits_.depth) {
    error_ = "is nested deeper than " + std::to_string(limits_.depth) + " levels" +
             place_text(bytes_, here() - 1);
    return false;
  }
  json* const added = add(json(kind));
  if (added == nullptr) return false;
  // What is open is the last of its parent, which gets no other before this is closed: it stays
  // where it is.
  open_.push_back(added);
  return true;
}

bool Builder::key(std::string& name) {
  auto& object = open_.back()->get_ref<json::object_t&>();
  const auto [member, added] = object.emplace(std::move(name), nullptr);
  if (!added)
    error_ = "has the key " + shown(member->first) + " twice, again" +
             place_text(bytes_, token_begin(here()));
  member_ = &member->second;
  return added;
}

bool Builder::parse_error(std::size_t position, const std::string& token,
                          const json::exception& error) {
  const std::string_view message = error.what();
  if (message.find("out_of_range.406") != std::string_view::npos) {
    error_ = "has " + shown(token) + place_text(bytes_, token_begin(position)) +
             ", which is beyond double precision";
    return false;
  }
  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing
  // value - unexpected ','; expected string literal; last read: '…'"
  const std::size_t dash = message.find(" - ");
  std::string_view reason = dash == std::string_view::npos ? "" : message.substr(dash + 3);
  reason = reason.substr(0, std::min(reason.find("; last read: "), reason.find(" (last read: ")));
  const bool unexpected = reason.find("unexpected") == 0;
  const bool at_end = reason.find("unexpected end of input") == 0;
  const std::size_t last = std::min(position, bytes_.size());
  const std::size_t at = at_end       ? bytes_.size()
                         : unexpected ? token_begin(last)
                                      : last - (last > 0);
  error_ = "is not valid JSON" + place_text(bytes_, at);
  if (!reason.empty()) error_ += ": " + std::string(reason);
  return false;
}

std::string Builder::parse(json& value) {
  // The parser takes a zero byte for the end of the text.
  if (const std::size_t zero = bytes_.find('\0'); zero != std::string_view::npos)
    return "is not valid JSON" + place_text(bytes_, zero) + ": it has a byte 0";
  const char* end = bytes_.data() + bytes_.size();
  if (json::sax_parse(SharedIterator(&place_), SharedIterator(&end), this)) {
    value = std::move(root_);
    return {};
  }
  return error_.empty() ? "is not valid JSON" : error_;
}

}  // namespace

std::string parse_json(std::string_view bytes, const JsonLimits& limits, json& value) {
  if (bytes.empty()) return "is empty";
  return Builder(bytes, limits).parse(value);
}

std::optional<std::uint64_t> unsigned_of(const json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  // A value that was not read but made of an int.
  if (value.is_number_integer() && value.get<std::int64_t>() >= 0)
    return value.get<std::uint64_t>();
  return std::nullopt;
}

std::optional<double> number_of(const json& value) {
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

}  // namespace backflow::io
