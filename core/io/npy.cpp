#include "core/io/npy.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/io/shown.h"

namespace backflow::io {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::uint64_t kMostHeaderBytes = 1'000'000;

// The header: a Python dict literal with the three keys in any order, then nothing but blanks.
class HeaderParser {
public:
  // Reads from `begin` on.
  HeaderParser(std::string_view bytes, std::size_t begin) : text_(bytes), at_(begin) {}

  // Empty, or what is wrong with the header.
  std::string parse(NpyHeader& header);

private:
  bool at_end();           // after blanks
  bool take(char wanted);  // after blanks
  bool take_word(std::string_view word);
  bool parse_string(std::string_view& value);
  bool parse_length(std::uint64_t& value);
  std::string parse_shape(std::vector<std::uint64_t>& shape);
  std::string parse_value(std::string_view key, NpyHeader& header);
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

std::string HeaderParser::parse_value(std::string_view key, NpyHeader& header) {
  if (key == "shape") return parse_shape(header.shape);
  if (key == "descr") {
    std::string_view descr;
    header.is_record = !at_end() && text_[at_] == '[';
    if (!parse_string(descr)) return expected("'descr' as a string such as '<f8'");
    header.descr = descr;
    return {};
  }
  header.fortran_order = take_word("True");
  return header.fortran_order || take_word("False") ? ""
                                                    : expected("'fortran_order' as True or False");
}

std::string HeaderParser::parse(NpyHeader& header) {
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

}  // namespace

bool is_npy(std::string_view bytes) { return bytes.substr(0, kMagic.size()) == kMagic; }

std::string npy_header_end(std::string_view start, std::uint64_t file_bytes, std::uint64_t& end) {
  const auto byte = [&](std::size_t i) -> std::uint64_t {
    return static_cast<unsigned char>(start[i]);
  };
  const auto ends_early = [&] {
    return "is an NPY file that ends at byte " + std::to_string(file_bytes) +
           ", before the end of its header";
  };
  if (start.size() < 8) return ends_early();
  const std::uint64_t major = byte(6), minor = byte(7);
  if (major < 1 || major > 3 || minor != 0)
    return "is an NPY file of version " + std::to_string(major) + "." + std::to_string(minor) +
           " (bytes 6 and 7), of which 1.0, 2.0 and 3.0 can be read";
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::size_t begin = 8 + length_bytes;
  if (start.size() < begin) return ends_early();
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | byte(8 + i);
  if (length > file_bytes - begin) return ends_early();
  if (length > kMostHeaderBytes)
    return "is an NPY file with a header of " + std::to_string(length) +
           " bytes, which is more than " + std::to_string(kMostHeaderBytes);
  end = begin + length;
  return {};
}

std::string parse_npy_header(std::string_view bytes, NpyHeader& header) {
  header.end = bytes.size();
  return HeaderParser(bytes, bytes[6] == 1 ? 10 : 12).parse(header);
}

std::string npy_type(const NpyHeader& header, NpyType& type) {
  const std::string_view descr = header.descr;
  const char order = descr.empty() ? '\0' : descr.front();
  const bool is_order = order == '<' || order == '>' || order == '|';
  if (is_order)
    for (const NumberFormat& format : kNumberFormats)
      if (!format.npy.empty() && descr.substr(1) == format.npy &&
          (order != '|' || format.bytes == 1)) {
        type = {format.type, order == '>'};
        return {};
      }
  if (is_order && descr.substr(1, 1) == "O")
    return "holds Python objects ('descr' = " + shown(descr, '\'') +
           "), which are stored as pickle: that can run any program and is not read";
  return "has 'descr' = " + shown(descr, '\'') +
         " in its NPY header, which is none of the types that are read: b1, i1, i2, i4, i8, u1, "
         "u2, "
         "u4, u8, f2, f4, f8";
}

std::string check_npy_size(const NpyHeader& header, const NpyType& type, std::uint64_t file_bytes) {
  const auto count = count_of(header.shape);
  const std::uint64_t present = file_bytes - header.end;
  const std::string given = "'shape' = " + shape_text(header.shape);
  if (!count) return "has " + given + " in its NPY header, which no file can hold";
  const std::uint64_t needed = *count * bytes_of(type.type);
  if (present == needed) return {};
  return "has " + std::to_string(present) + " bytes of data from byte " +
         std::to_string(header.end) + ", but " + given + " of " + shown(header.descr, '\'') +
         " needs " + std::to_string(needed);
}

NpyOrder::NpyOrder(std::span<const std::uint64_t> shape, bool fortran_order) : shape_(shape) {
  if (!fortran_order || shape.size() < 2) return;
  index_.assign(shape.size(), 0);
  stride_.assign(shape.size(), 1);
  for (std::size_t d = shape.size() - 1; d-- > 0;) stride_[d] = stride_[d + 1] * shape[d + 1];
}

void NpyOrder::place(std::span<const double> next, double* values) {
  if (index_.empty()) {
    std::copy(next.begin(), next.end(), values + at_);
    at_ += next.size();
    return;
  }
  for (const double value : next) {
    values[at_] = value;
    for (std::size_t d = 0; d < index_.size(); ++d) {
      at_ += stride_[d];
      if (++index_[d] < shape_[d]) break;
      at_ -= shape_[d] * stride_[d];
      index_[d] = 0;
    }
  }
}

}  // namespace backflow::io
