#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/io/matrix_file.h"

namespace backflow::io {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

struct Header {
  std::string_view descr;  // "<f8"
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

// The header: a Python dict literal with the three keys in any order, then nothing but blanks.
class HeaderParser {
public:
  // Reads bytes[begin..end).
  HeaderParser(std::string_view bytes, std::size_t begin, std::size_t end)
      : text_(bytes.substr(0, end)), at_(begin) {}

  // Empty, or what is wrong with the header.
  std::string parse(Header& header);

private:
  bool at_end();           // after blanks
  bool take(char wanted);  // after blanks
  bool take_word(std::string_view word);
  bool parse_string(std::string_view& value);
  bool parse_length(std::uint64_t& value);
  std::string parse_shape(std::vector<std::uint64_t>& shape);
  std::string parse_value(std::string_view key, Header& header);
  std::string expected(const std::string& what) const {
    return "has an NPY header with an error at byte " + std::to_string(at_) + ", where " + what +
           " is expected";
  }

  std::string_view text_;
  std::size_t at_;
};

bool HeaderParser::at_end() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  return at_ == text_.size();
}

bool HeaderParser::take(char wanted) {
  if (at_end() || text_[at_] != wanted) return false;
  ++at_;
  return true;
}

bool HeaderParser::take_word(std::string_view word) {
  if (at_end() || text_.substr(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

// 'like this' or "like this". No key and no type has a backslash or an end of line.
bool HeaderParser::parse_string(std::string_view& value) {
  if (at_end() || (text_[at_] != '\'' && text_[at_] != '"')) return false;
  const std::size_t end = text_.find(text_[at_], at_ + 1);
  if (end == std::string_view::npos) return false;
  const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
  if (inside.find_first_of("\\\r\n") != std::string_view::npos) return false;
  value = inside;
  at_ = end + 1;
  return true;
}

bool HeaderParser::parse_length(std::uint64_t& value) {
  if (at_end()) return false;
  const char* const begin = text_.data() + at_;
  const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
  // Python has no numbers such as 08.
  if (error != std::errc() || (*begin == '0' && end != begin + 1)) return false;
  at_ += static_cast<std::size_t>(end - begin);
  return true;
}

// (), (3,) or (3, 4): what is in round brackets without a comma is no tuple.
std::string HeaderParser::parse_shape(std::vector<std::uint64_t>& shape) {
  constexpr std::size_t kMostDimensions = 64;
  const char* const kLength = "a length of 'shape'";
  if (!take('(')) return expected("'shape' as a tuple");
  while (!take(')')) {
    std::uint64_t length = 0;
    if (shape.size() == kMostDimensions || !parse_length(length)) return expected(kLength);
    shape.push_back(length);
    if (take(',')) continue;
    if (shape.size() == 1) return expected("a comma");
    if (!take(')')) return expected("a comma or )");
    break;
  }
  return {};
}

std::string HeaderParser::parse_value(std::string_view key, Header& header) {
  if (key == "shape") return parse_shape(header.shape);
  if (key == "descr")
    return parse_string(header.descr) ? "" : expected("'descr' as a string such as '<f8'");
  header.fortran_order = take_word("True");
  return header.fortran_order || take_word("False") ? ""
                                                    : expected("'fortran_order' as True or False");
}

std::string HeaderParser::parse(Header& header) {
  std::vector<std::string_view> missing{"descr", "fortran_order", "shape"};
  if (!take('{')) return expected("{");
  while (!take('}')) {
    std::string_view key;
    const std::size_t before = at_;
    if (!parse_string(key)) return expected("a key in quotes");
    const auto known = std::find(missing.begin(), missing.end(), key);
    if (known == missing.end()) {
      at_ = before;
      return expected("one of the keys 'descr', 'fortran_order' and 'shape', each once,");
    }
    missing.erase(known);
    if (!take(':')) return expected("a colon");
    std::string error = parse_value(key, header);
    if (!error.empty()) return error;
    if (take(',')) continue;
    if (!take('}')) return expected("a comma or }");
    break;
  }
  if (!at_end()) return expected("the end of the header");
  if (missing.empty()) return {};
  return "has no '" + std::string(missing.front()) + "' in its NPY header";
}

struct Type {
  bool big_endian;
  char kind;  // f, i or u
  std::size_t bytes;
};

std::optional<Type> parse_type(std::string_view descr) {
  if (descr.size() != 3) return std::nullopt;
  const char order = descr[0], kind = descr[1], digit = descr[2];
  const bool one_byte = digit == '1' && kind != 'f';
  const bool known_kind = kind == 'f' || kind == 'i' || kind == 'u';
  const bool known_size = one_byte || digit == '4' || digit == '8' || (digit == '2' && kind != 'f');
  const bool known_order = order == '<' || order == '>' || (order == '|' && one_byte);
  if (!known_kind || !known_size || !known_order) return std::nullopt;
  return Type{order == '>', kind, static_cast<std::size_t>(digit - '0')};
}

// The number in the type.bytes bytes from `at`.
double decode(const Type& type, std::string_view bytes, std::size_t at) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < type.bytes; ++i) {
    const std::size_t place = type.big_endian ? i : type.bytes - 1 - i;
    bits = bits << 8 | static_cast<unsigned char>(bytes[at + place]);
  }
  if (type.kind == 'u') return static_cast<double>(bits);
  if (type.kind == 'i') {
    const std::size_t unused = 64 - 8 * type.bytes;
    return static_cast<double>(static_cast<std::int64_t>(bits << unused) >> unused);
  }
  if (type.bytes == 8) return std::bit_cast<double>(bits);
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

// A type or a shape as in the header, for a message.
std::string shown(std::string_view descr) {
  std::string text(descr.substr(0, 20));
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return "'" + text + (descr.size() > 20 ? "…'" : "'");
}

std::string shown(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t length : shape)
    text += (text.empty() ? "" : ", ") + std::to_string(length);
  return "(" + text + (shape.size() == 1 ? ",)" : ")");
}

// Empty when a matrix may have that shape.
std::string check_shape(const std::vector<std::uint64_t>& shape) {
  const std::string given = "has 'shape' = " + shown(shape) + " in its NPY header, ";
  if (shape.empty() || shape.size() > 2)
    return "has 'shape' with " + std::to_string(shape.size()) +
           " dimensions in its NPY header, which may have 1 or 2";
  const std::uint64_t cols = shape.size() == 2 ? shape[1] : 1;
  if (shape[0] == 0 || cols == 0) return given + "which holds no numbers";
  if (cols > kMostEntries || shape[0] > kMostEntries / cols)
    return given + "which is more than " + std::to_string(kMostEntries) + " numbers";
  return {};
}

// Where the header's text lies: bytes [begin, end).
struct Extent {
  std::size_t begin, end;
};

std::string find_header(std::string_view bytes, Extent& extent) {
  const auto byte = [&](std::size_t i) -> std::size_t {
    return static_cast<unsigned char>(bytes[i]);
  };
  const auto ends_early = [&] {
    return "is an NPY file that ends at byte " + std::to_string(bytes.size()) +
           ", before the end of its header";
  };
  if (bytes.size() < 8) return ends_early();
  const std::size_t major = byte(6), minor = byte(7);
  if (major < 1 || major > 3 || minor != 0)
    return "is an NPY file of version " + std::to_string(major) + "." + std::to_string(minor) +
           " (bytes 6 and 7), of which 1.0, 2.0 and 3.0 can be read";
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  extent.begin = 8 + length_bytes;
  if (bytes.size() < extent.begin) return ends_early();
  std::size_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | byte(8 + i);
  if (length > bytes.size() - extent.begin) return ends_early();
  extent.end = extent.begin + length;
  return {};
}

}  // namespace

bool is_npy(std::string_view bytes) { return bytes.substr(0, kMagic.size()) == kMagic; }

std::string parse_npy(std::string_view bytes, model::Matrix& matrix) {
  Extent extent{};
  Header header;
  std::string error = find_header(bytes, extent);
  if (error.empty()) error = HeaderParser(bytes, extent.begin, extent.end).parse(header);
  if (error.empty()) error = check_shape(header.shape);
  if (!error.empty()) return error;
  const std::optional<Type> type = parse_type(header.descr);
  if (!type)
    return "has 'descr' = " + shown(header.descr) +
           " in its NPY header, which is none of f4, f8, i1, i2, i4, i8, u1, u2, u4, u8 with < or "
           "> before it";

  const std::size_t rows = header.shape[0], cols = header.shape.size() == 2 ? header.shape[1] : 1;
  const std::size_t needed = rows * cols * type->bytes, present = bytes.size() - extent.end;
  if (present != needed)
    return "has " + std::to_string(present) + " bytes of data from byte " +
           std::to_string(extent.end) + ", but 'shape' = " + shown(header.shape) + " of " +
           shown(header.descr) + " needs " + std::to_string(needed);
  model::Matrix read(static_cast<model::Index>(rows), static_cast<model::Index>(cols));
  for (std::size_t j = 0; j < cols; ++j)
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t place = header.fortran_order ? j * rows + i : i * cols + j;
      const std::size_t at = extent.end + place * type->bytes;
      const double value = decode(*type, bytes, at);
      if (!std::isfinite(value))
        return "has " +
               std::string(std::isnan(value) ? "nan"
                           : value > 0.0     ? "inf"
                                             : "-inf") +
               " in row " + std::to_string(i + 1) + ", column " + std::to_string(j + 1) +
               " (byte " + std::to_string(at) + "), which is not finite";
      read(static_cast<model::Index>(i), static_cast<model::Index>(j)) = value;
    }
  matrix = std::move(read);
  return {};
}

}  // namespace backflow::io
