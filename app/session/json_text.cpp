#include "app/session/json_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace backflow::session {
namespace {

constexpr std::uint64_t kNan = 0x7ff8000000000000u;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

}  // namespace

void append_number(std::string& text, double x) {
  if (std::isfinite(x)) {
    // A zero without a point would be read as a whole number, which has no sign.
    if (x == 0.0) {
      text += std::signbit(x) ? "-0.0" : "0";
      return;
    }
    char digits[40];
    const auto end = std::to_chars(digits, digits + sizeof digits, x).ptr;
    text.append(digits, end);
    return;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  if (std::isinf(x))
    text += x > 0.0 ? "\"inf\"" : "\"-inf\"";
  else if ((bits & ~kSign) == kNan)
    text += bits == kNan ? "\"nan\"" : "\"-nan\"";
  else
    text += fmt::format("\"nan:{:016x}\"", bits);
}

std::optional<double> non_finite(std::string_view name) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (name == "inf") return kInfinity;
  if (name == "-inf") return -kInfinity;
  if (name == "nan") return std::bit_cast<double>(kNan);
  if (name == "-nan") return std::bit_cast<double>(kNan | kSign);
  if (!name.starts_with("nan:") || name.size() != 20) return std::nullopt;
  std::uint64_t bits = 0;
  const char* const end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + 4, end, bits, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  const auto x = std::bit_cast<double>(bits);
  return std::isnan(x) ? std::optional(x) : std::nullopt;
}

void JsonText::start_line(std::string_view key) {
  if (!first_) text_ += ',';
  first_ = false;
  if (!open_.empty()) text_ += '\n';
  text_.append(2 * open_.size(), ' ');
  if (!key.empty()) {
    text_ += '"';
    text_ += key;
    text_ += "\": ";
  }
}

std::string& JsonText::next() {
  start_line({});
  return text_;
}

void JsonText::begin(std::string_view key, char bracket) {
  start_line(key);
  text_ += bracket;
  open_ += bracket == '{' ? '}' : ']';
  first_ = true;
}

void JsonText::end() {
  const char bracket = open_.back();
  open_.pop_back();
  if (!first_) {
    text_ += '\n';
    text_.append(2 * open_.size(), ' ');
  }
  text_ += bracket;
  first_ = false;
}

void JsonText::raw(std::string_view key, std::string_view json) {
  start_line(key);
  text_ += json;
}

void JsonText::text(std::string_view key, std::string_view value) {
  using nlohmann::json;
  raw(key, json(value).dump(-1, ' ', false, json::error_handler_t::replace));
}

void JsonText::number(std::string_view key, double value) {
  start_line(key);
  append_number(text_, value);
}

void JsonText::whole(std::string_view key, std::uint64_t value) { raw(key, std::to_string(value)); }

void JsonText::append_row(const Eigen::Ref<const model::Vector>& row) {
  text_ += '[';
  for (model::Index i = 0; i < row.size(); ++i) {
    if (i > 0) text_ += ", ";
    append_number(text_, row(i));
  }
  text_ += ']';
}

void JsonText::vector(std::string_view key, const Eigen::Ref<const model::Vector>& vector) {
  start_line(key);
  append_row(vector);
}

void JsonText::matrix(std::string_view key, const Eigen::Ref<const model::Matrix>& matrix) {
  begin_array(key);
  model::Vector row;
  for (model::Index i = 0; i < matrix.rows(); ++i) {
    row = matrix.row(i).transpose();
    start_line({});
    append_row(row);
  }
  end();
}

}  // namespace backflow::session
