// Reading JSON member by member: each place knows where it is, and the first thing that is wrong is
// remembered as one sentence. After that everything reads as nothing, so that a reader asks once,
// at its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/model/types.h"

namespace backflow::session {

class JsonPlace {
public:
  /// `error` and `value` outlive all places.
  JsonPlace(const nlohmann::json& value, std::string name, std::string& error)
      : value_(&value), name_(std::move(name)), error_(&error) {}

  /// The member, or element, which must be there.
  JsonPlace at(std::string_view key) const;
  JsonPlace at(std::size_t index) const;
  bool has(std::string_view key) const;
  bool is_null() const;
  std::size_t size() const;  ///< of an array; complains about all else
  /// Complains about what is no object, and about every other member.
  void has_only(std::initializer_list<std::string_view> keys) const;

  std::string text() const;
  std::uint64_t whole() const;
  bool flag() const;
  /// Also one that is not finite, by its name.
  double number() const;
  /// Fills a matrix, row by row, or a vector, whose size is what must be there.
  void read(model::Matrix& matrix) const;
  void read(model::Vector& vector) const;
  /// As many values, with NaN for null.
  void read(std::vector<double>& values, std::size_t count) const;

  const nlohmann::json& value() const { return *value_; }
  const std::string& name() const { return name_; }
  bool good() const { return error_->empty(); }
  /// `what` is to be read after the place's name.
  void complain(const std::string& what) const;

private:
  std::optional<double> number_or_nothing() const;
  template <class Values>
  void read_values(Values& values, bool with_null) const;
  bool has_size(std::size_t expected, const char* unit, const char* why) const;
  JsonPlace nothing() const;

  const nlohmann::json* value_;
  std::string name_;
  std::string* error_;
};

}  // namespace backflow::session
