// The types that numbers have in files, and what they are in double precision; shapes of tensors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace backflow::io {

enum class NumberType {
  float16,
  bfloat16,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  boolean
};

struct NumberFormat {
  NumberType type;
  std::size_t bytes;
  std::string_view name;         ///< "float32"
  std::string_view safetensors;  ///< "F32"
  std::string_view npy;          ///< "f4"; "" when NumPy has none
};

inline constexpr std::array<NumberFormat, 13> kNumberFormats{{
    {NumberType::float16, 2, "float16", "F16", "f2"},
    {NumberType::bfloat16, 2, "bfloat16", "BF16", ""},
    {NumberType::float32, 4, "float32", "F32", "f4"},
    {NumberType::float64, 8, "float64", "F64", "f8"},
    {NumberType::int8, 1, "int8", "I8", "i1"},
    {NumberType::int16, 2, "int16", "I16", "i2"},
    {NumberType::int32, 4, "int32", "I32", "i4"},
    {NumberType::int64, 8, "int64", "I64", "i8"},
    {NumberType::uint8, 1, "uint8", "U8", "u1"},
    {NumberType::uint16, 2, "uint16", "U16", "u2"},
    {NumberType::uint32, 4, "uint32", "U32", "u4"},
    {NumberType::uint64, 8, "uint64", "U64", "u8"},
    {NumberType::boolean, 1, "boolean", "BOOL", "b1"},
}};

const NumberFormat& format_of(NumberType type);

inline std::size_t bytes_of(NumberType type) { return format_of(type).bytes; }
inline std::string_view name_of(NumberType type) { return format_of(type).name; }

/// The `count` numbers that lie one after the other from `bytes`, at any alignment. Each is exact,
/// but for integers of 64 bits beyond 2⁵³, of which it is the nearest double; a boolean is 1 unless
/// it is 0.
void decode_numbers(NumberType type, bool big_endian, const char* bytes, std::size_t count,
                    double* values);

/// "(3, 4)", "(3,)", "()".
std::string shape_text(std::span<const std::uint64_t> shape);

/// How many numbers a tensor of that shape has: 1 for (). Nothing when they are more than 2⁶⁰,
/// which no type of ours has room for; lengths of 0 are left out of that, so that no product of
/// some of the lengths wraps either.
std::optional<std::uint64_t> count_of(std::span<const std::uint64_t> shape);

}  // namespace backflow::io
