#include "app/session/json_place.h"

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "app/session/json_text.h"
#include "core/io/shown.h"
#include "core/io/strict_json.h"

namespace backflow::session {

using nlohmann::json;

void JsonPlace::complain(const std::string& what) const {
  if (error_->empty()) *error_ = (name_.empty() ? "it" : name_) + " " + what;
}

JsonPlace JsonPlace::nothing() const {
  static const json kNothing;
  return {kNothing, name_, *error_};
}

bool JsonPlace::has(std::string_view key) const {
  return value_->is_object() && value_->find(std::string(key)) != value_->end();
}

bool JsonPlace::is_null() const { return value_->is_null(); }

JsonPlace JsonPlace::at(std::string_view key) const {
  const std::string name = (name_.empty() ? "" : name_ + ".") + std::string(key);
  if (has(key)) return {*value_->find(std::string(key)), name, *error_};
  if (value_->is_object())
    complain("has no \"" + std::string(key) + "\"");
  else
    complain("is no object");
  return nothing();
}

JsonPlace JsonPlace::at(std::size_t index) const {
  if (index < size()) return {(*value_)[index], name_ + "[" + std::to_string(index) + "]", *error_};
  return nothing();
}

std::size_t JsonPlace::size() const {
  if (!value_->is_array()) complain("is no array");
  return value_->is_array() ? value_->size() : 0;
}

void JsonPlace::has_only(std::initializer_list<std::string_view> keys) const {
  if (!value_->is_object()) return complain("is no object");
  for (const auto& member : value_->items())
    if (std::find(keys.begin(), keys.end(), member.key()) == keys.end())
      return complain("has the member " + io::shown(member.key(), '"', 60) +
                      ", which this format_version does not have");
}

std::string JsonPlace::text() const {
  if (value_->is_string()) return value_->get<std::string>();
  complain("is no text");
  return {};
}

std::uint64_t JsonPlace::whole() const {
  const auto number = io::unsigned_of(*value_);
  if (!number) complain("is no whole number from 0 on");
  return number.value_or(0);
}

bool JsonPlace::flag() const {
  if (value_->is_boolean()) return value_->get<bool>();
  complain("is neither true nor false");
  return false;
}

std::optional<double> JsonPlace::number_or_nothing() const {
  if (value_->is_string()) return non_finite(value_->get_ref<const std::string&>());
  return io::number_of(*value_);
}

double JsonPlace::number() const {
  const auto number = number_or_nothing();
  if (!number) complain("is no number");
  return number.value_or(0.0);
}

bool JsonPlace::has_size(std::size_t expected, const char* unit, const char* why) const {
  const std::size_t found = size();
  if (good() && found != expected)
    complain("has " + std::to_string(found) + " " + unit + (found == 1 ? "" : "s") + ", but " +
             why + " needs " + std::to_string(expected));
  return good();
}

template <class Values>
void JsonPlace::read_values(Values& values, bool with_null) const {
  for (std::size_t i = 0; i < static_cast<std::size_t>(values.size()) && good(); ++i) {
    // Without a name for each of the numbers, of which there may be millions.
    const JsonPlace entry((*value_)[i], {}, *error_);
    auto number = entry.number_or_nothing();
    if (with_null && entry.is_null()) number = std::numeric_limits<double>::quiet_NaN();
    if (!number) return at(i).complain("is no number");
    values[static_cast<decltype(values.size())>(i)] = *number;
  }
}

void JsonPlace::read(model::Vector& vector) const {
  if (has_size(static_cast<std::size_t>(vector.size()), "value", "its configuration"))
    read_values(vector, false);
}

void JsonPlace::read(std::vector<double>& values, std::size_t count) const {
  if (!has_size(count, "value", "the number of iterations")) return;
  values.resize(count);
  read_values(values, true);
}

void JsonPlace::read(model::Matrix& matrix) const {
  if (!has_size(static_cast<std::size_t>(matrix.rows()), "row", "its configuration")) return;
  model::Vector row(matrix.cols());
  for (model::Index i = 0; i < matrix.rows() && good(); ++i) {
    at(static_cast<std::size_t>(i)).read(row);
    matrix.row(i) = row.transpose();
  }
}

}  // namespace backflow::session
