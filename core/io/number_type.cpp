#include "core/io/number_type.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace backflow::io {
namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are taken from files as they lie");

template <class Bits>
Bits bits_at(const char* bytes, bool big_endian) {
  Bits bits;
  std::memcpy(&bits, bytes, sizeof bits);
  if constexpr (sizeof(Bits) == 2) {
    if (big_endian) bits = __builtin_bswap16(bits);
  } else if constexpr (sizeof(Bits) == 4) {
    if (big_endian) bits = __builtin_bswap32(bits);
  } else if constexpr (sizeof(Bits) == 8) {
    if (big_endian) bits = __builtin_bswap64(bits);
  }
  return bits;
}

// IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction.
double from_half(std::uint16_t half) {
  const std::uint64_t sign = std::uint64_t{half} >> 15 << 63;
  const std::uint64_t exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent == 0) {
    const double value = static_cast<double>(fraction) * 0x1p-24;
    return sign == 0 ? value : -value;
  }
  const std::uint64_t wide = exponent == 31 ? 2047 : exponent - 15 + 1023;
  return std::bit_cast<double>(sign | wide << 52 | fraction << 42);
}

double from_float(std::uint32_t bits) { return static_cast<double>(std::bit_cast<float>(bits)); }

template <class Bits, class Convert>
void decode_all(const char* bytes, bool big_endian, std::size_t count, double* values,
                Convert convert) {
  for (std::size_t i = 0; i < count; ++i)
    values[i] = convert(bits_at<Bits>(bytes + i * sizeof(Bits), big_endian));
}

template <class Signed, class Bits>
double from_integer(Bits bits) {
  return static_cast<double>(static_cast<Signed>(bits));
}

}  // namespace

const NumberFormat& format_of(NumberType type) {
  return *std::find_if(kNumberFormats.begin(), kNumberFormats.end(),
                       [&](const NumberFormat& format) { return format.type == type; });
}

void decode_numbers(NumberType type, bool big, const char* bytes, std::size_t count,
                    double* values) {
  using U8 = std::uint8_t;
  using U16 = std::uint16_t;
  using U32 = std::uint32_t;
  using U64 = std::uint64_t;
  switch (type) {
    case NumberType::float16:
      return decode_all<U16>(bytes, big, count, values, from_half);
    case NumberType::bfloat16:
      // The upper half of a float.
      return decode_all<U16>(bytes, big, count, values,
                             [](U16 bits) { return from_float(static_cast<U32>(bits) << 16); });
    case NumberType::float32:
      return decode_all<U32>(bytes, big, count, values, from_float);
    case NumberType::float64:
      return decode_all<U64>(bytes, big, count, values,
                             [](U64 bits) { return std::bit_cast<double>(bits); });
    case NumberType::int8:
      return decode_all<U8>(bytes, big, count, values, from_integer<std::int8_t, U8>);
    case NumberType::int16:
      return decode_all<U16>(bytes, big, count, values, from_integer<std::int16_t, U16>);
    case NumberType::int32:
      return decode_all<U32>(bytes, big, count, values, from_integer<std::int32_t, U32>);
    case NumberType::int64:
      return decode_all<U64>(bytes, big, count, values, from_integer<std::int64_t, U64>);
    case NumberType::uint8:
      return decode_all<U8>(bytes, big, count, values, from_integer<U8, U8>);
    case NumberType::uint16:
      return decode_all<U16>(bytes, big, count, values, from_integer<U16, U16>);
    case NumberType::uint32:
      return decode_all<U32>(bytes, big, count, values, from_integer<U32, U32>);
    case NumberType::uint64:
      return decode_all<U64>(bytes, big, count, values, from_integer<U64, U64>);
    case NumberType::boolean:
      return decode_all<U8>(bytes, big, count, values,
                            [](U8 bits) { return bits == 0 ? 0.0 : 1.0; });
  }
}

std::string shape_text(std::span<const std::uint64_t> shape) {
  std::string text;
  for (const std::uint64_t length : shape)
    text += (text.empty() ? "" : ", ") + std::to_string(length);
  return "(" + text + (shape.size() == 1 ? ",)" : ")");
}

std::optional<std::uint64_t> count_of(std::span<const std::uint64_t> shape) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 60;
  std::uint64_t count = 1;
  bool empty = false;
  for (const std::uint64_t length : shape) {
    empty = empty || length == 0;
    if (length == 0) continue;
    if (length > kMost / count) return std::nullopt;
    count *= length;
  }
  return empty ? 0 : count;
}

}  // namespace backflow::io
