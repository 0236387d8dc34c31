// JSON from files that nobody vouches for: what is accepted to the last bit, and every refusal.
#include "core/io/strict_json.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/model/random.h"

namespace backflow::io {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What is wrong with the text, which lies in memory of just its size. A refused text leaves the
// value alone.
std::string error_of(const std::string& text, json* read = nullptr, const JsonLimits& limits = {}) {
  const std::vector<char> exact(text.begin(), text.end());
  json value = "before";
  std::string error = parse_json({exact.data(), exact.size()}, limits, value);
  if (!error.empty()) {
    EXPECT_EQ(value, "before");
  }
  if (read != nullptr) *read = value;
  return error;
}

json parsed(const std::string& text) {
  json value;
  EXPECT_THAT(error_of(text, &value), IsEmpty()) << text;
  return value;
}

TEST(StrictJson, ReadsWhatTheLibraryItselfReads) {
  for (const char* text :
       {"null", " true ", "false\n", "0", "-1", "18446744073709551615", "-9223372036854775808",
        "0.1", "-0.0", "1e-320", "1.7976931348623157e308", "\"\"",
        R"("a\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00 ä 😀")", "[]", "{}", "[[],[{}],[[[1]]]]",
        "\xEF\xBB\xBF[1, 2.5, \"x\"]", R"({"a": [1, {"b": null}], "": {"a": 2}, "c": true})"}) {
    const json read = parsed(text);
    EXPECT_EQ(read, json::parse(text)) << text;
    EXPECT_EQ(read.dump(), json::parse(text).dump()) << text;
  }
}

TEST(StrictJson, NumbersAreTheNearestDoublesAndIntegersExact) {
  model::Random random(3);
  json all = json::array();
  while (all.size() < 1000) {
    const std::uint64_t bits =
        random.below(std::uint64_t{1} << 32) << 32 | random.below(std::uint64_t{1} << 32);
    const double value = std::bit_cast<double>(bits);
    if (std::isfinite(value)) all.push_back(value);
  }
  const json read = parsed(all.dump());
  ASSERT_EQ(read.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(std::bit_cast<std::uint64_t>(number_of(read[i]).value()),
              std::bit_cast<std::uint64_t>(all[i].get<double>()));
  EXPECT_TRUE(std::signbit(number_of(parsed("-0.0")).value()));
  EXPECT_EQ(unsigned_of(parsed("18446744073709551615")), std::numeric_limits<std::uint64_t>::max());
}

TEST(StrictJson, WhatIsNoUnsignedNumberIsNotTakenForOne) {
  EXPECT_EQ(unsigned_of(parsed("0")), 0u);
  EXPECT_EQ(unsigned_of(json(7)), 7u);  // made of an int
  for (const char* text : {"-1", "1.0", "1e2", "0.5", "18446744073709551616", "\"1\"", "true",
                           "null", "[1]", "{}", "-0.0"})
    EXPECT_EQ(unsigned_of(parsed(text)), std::nullopt) << text;
  EXPECT_EQ(number_of(parsed("-3")), -3.0);
  for (const char* text : {"\"1\"", "true", "null", "[1]"})
    EXPECT_EQ(number_of(parsed(text)), std::nullopt) << text;
}

TEST(StrictJson, RefusesEachKindOfFaultAndSaysWhere) {
  EXPECT_EQ(error_of(""), "is empty");
  EXPECT_EQ(error_of("{\"a\": 1,\n \"b\": {\"a\": 2},\n  \"a\": 3}"),
            "has the key \"a\" twice, again in line 3, column 3");
  // The same key, written in two ways; a quote within the key.
  EXPECT_EQ(error_of(R"({"ä\"b": 1, "\u00e4\"b": 2})"),
            "has the key \"??\"b\" twice, again in line 1, column 13");
  EXPECT_EQ(error_of("[1, 1e400]"),
            "has \"1e400\" in line 1, column 5, which is beyond double precision");
  EXPECT_EQ(error_of("[1,\n-1e999 ]"),
            "has \"-1e999\" in line 2, column 1, which is beyond double precision");
  EXPECT_EQ(error_of("{\"a\": [1, 2}"),
            "is not valid JSON in line 1, column 12: unexpected '}'; expected ']'");
  EXPECT_EQ(error_of("[1] \n[2]"),
            "is not valid JSON in line 2, column 1: unexpected '['; expected end of input");
  EXPECT_EQ(error_of("{\"a\": 1"),
            "is not valid JSON in line 1, column 8: unexpected end of input; expected '}'");
  EXPECT_EQ(error_of("[1, \"äö\" \"long\"]"),
            "is not valid JSON in line 1, column 10: unexpected string literal; expected ']'");
  EXPECT_EQ(error_of("[1, 2,]").find("is not valid JSON in line 1, column 7: unexpected ']'"), 0u);
  EXPECT_EQ(error_of("\"\xC3\x28\"").find("is not valid JSON in line 1, column "), 0u);
  EXPECT_EQ(error_of(std::string("[1]\0[2", 6)),
            "is not valid JSON in line 1, column 4: it has a byte 0");
  for (const char* text : {"NaN",
                           "[nan]",
                           "[Infinity]",
                           "-Infinity",
                           "inf",
                           "[1,-]",
                           "01",
                           "+1",
                           ".5",
                           "1.",
                           "1e",
                           "0x10",
                           "'a'",
                           "\"\t\"",
                           "\"\n\"",
                           "\"a",
                           "\"\\x\"",
                           "\"\\ud83d\"",
                           "\"\\udc00\"",
                           "\"\\u12g4\"",
                           "{1: 2}",
                           "{\"a\" 1}",
                           "{\"a\": 1,}",
                           "{,}",
                           "[,]",
                           ",",
                           ":",
                           "]",
                           "}",
                           "// c\n1",
                           "[1 2]",
                           "tru",
                           "truee",
                           "nul",
                           " ",
                           "\n",
                           "1 2",
                           "\xFF",
                           "\xEF\xBB",
                           "\"\x80\"",
                           "\"\xED\xA0\x80\"",
                           "\"\xF4\x90\x80\x80\"",
                           "\"\xC0\x80\"",
                           "{} x"}) {
    const std::string error = error_of(text);
    EXPECT_EQ(error.find("is not valid JSON in line "), 0u) << text << " → " << error;
    EXPECT_EQ(error.find('\n'), std::string::npos);
    EXPECT_EQ(error.find("last read"), std::string::npos) << error;
  }
}

TEST(StrictJson, IsNeitherDeepNorEndless) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_THAT(error_of(nested(64)), IsEmpty());
  EXPECT_EQ(error_of(nested(65)), "is nested deeper than 64 levels in line 1, column 65");
  EXPECT_EQ(error_of(std::string(10'000'000, '[')),
            "is nested deeper than 64 levels in line 1, column 65");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_THAT(error_of(objects), HasSubstr("deeper than 64 levels"));
  EXPECT_THAT(error_of("[[1],[2],{\"a\":3}]", nullptr, {.depth = 2}), IsEmpty());
  EXPECT_EQ(error_of("[[1],[[]]]", nullptr, {.depth = 2}),
            "is nested deeper than 2 levels in line 1, column 7");
  EXPECT_THAT(error_of("[1,2,3]", nullptr, {.values = 4}), IsEmpty());
  EXPECT_EQ(error_of("[1,2,[],\n\"four\"]", nullptr, {.values = 4}),
            "has more than 4 values, the next in line 2, column 1");
}

TEST(StrictJson, CutOffAnywhereOrChangedInOneByteItIsReadOrRefusedInOneSentence) {
  const std::string text = "{\"ä\": [1, -2.5e-3, \"x\\u00e4\\n\", true],\n \"b\": {\"c\": null}}";
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_NE(error_of(text.substr(0, size)), "") << size;
  int accepted = 0;
  for (std::size_t at = 0; at < text.size(); ++at)
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      json value;
      const std::string error = error_of(changed, &value);
      accepted += error.empty();
      if (error.empty()) {
        EXPECT_THAT(error_of(value.dump()), IsEmpty());  // dump() throws on invalid UTF-8
      }
      EXPECT_LT(error.size(), 200u) << error;
      EXPECT_EQ(error.find('\n'), std::string::npos);
    }
  EXPECT_GT(accepted, 500);
}

}  // namespace
}  // namespace backflow::io
