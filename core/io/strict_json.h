// JSON from files that nobody vouches for (RFC 8259): one value and nothing after it, every key
// once, UTF-8 throughout, no number beyond double precision, and neither deep nor endless. What is
// accepted can be copied, written and destroyed without running out of stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace backflow::io {

struct JsonLimits {
  std::size_t depth = 64;           ///< arrays and objects inside each other
  std::size_t values = 20'000'000;  ///< numbers, strings, arrays …, all counted
};

/// Reads a whole JSON text. Returns an empty string, or what is wrong, to be read after the text's
/// name or after "… that" ("has the key \"a\" twice, again in line 3, column 7"); `value` is
/// unchanged then. Lines, and columns in characters, count from 1.
std::string parse_json(std::string_view bytes, const JsonLimits& limits, nlohmann::json& value);

/// The value when it is a whole number from 0 to 2⁶⁴ − 1 written as one: not −1, 1.0, true or "1".
std::optional<std::uint64_t> unsigned_of(const nlohmann::json& value);

/// The value when it is a number.
std::optional<double> number_of(const nlohmann::json& value);

}  // namespace backflow::io
