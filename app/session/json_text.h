// Writing JSON for people: members in the order in which they come, indented by two blanks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/model/types.h"

namespace backflow::session {

/// Appends a number as session_file.h has it, also one that is not finite.
void append_number(std::string& text, double x);

/// The number that is not finite of that name ("nan", "-inf"), or nothing.
std::optional<double> non_finite(std::string_view name);

class JsonText {
public:
  /// Of the innermost object or array that is open; in arrays without a key.
  void begin_object(std::string_view key = {}) { begin(key, '{'); }
  void begin_array(std::string_view key = {}) { begin(key, '['); }
  void end();

  void text(std::string_view key,
            std::string_view value);  ///< quoted; what is not UTF-8 is replaced
  void number(std::string_view key, double value);
  void whole(std::string_view key, std::uint64_t value);
  void flag(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  void null(std::string_view key) { raw(key, "null"); }
  /// JSON as it is.
  void raw(std::string_view key, std::string_view json);
  /// One row a line.
  void matrix(std::string_view key, const Eigen::Ref<const model::Matrix>& matrix);
  /// In one line.
  void vector(std::string_view key, const Eigen::Ref<const model::Vector>& vector);

  /// What the next value of an array is to be appended to, in a line of its own or in the last one.
  std::string& next();
  std::string& same_line() { return text_ += ", "; }

  /// The whole text, once all is closed.
  std::string take() { return std::move(text_ += '\n'); }

private:
  void begin(std::string_view key, char bracket);
  void start_line(std::string_view key);
  void append_row(const Eigen::Ref<const model::Vector>& row);

  std::string text_;
  std::string open_;   // the brackets that close what is open
  bool first_ = true;  // nothing stands in the innermost one yet
};

}  // namespace backflow::session
