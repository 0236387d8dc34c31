// The records of a ZIP archive (PKWARE's APPNOTE 6.3.10, section 4.3): their first four bytes,
// their sizes without the names behind them, and their numbers, whose least byte comes first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace backflow::io {

inline constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
inline constexpr std::uint32_t kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
inline constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22;
inline constexpr std::size_t kEnd64Bytes = 56, kLocator64Bytes = 20;

/// The number in `size` bytes from `at`, all of which are there.
inline std::uint64_t number_at(std::string_view bytes, std::uint64_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}
inline std::uint16_t u16(std::string_view bytes, std::uint64_t at) {
  return static_cast<std::uint16_t>(number_at(bytes, at, 2));
}
inline std::uint32_t u32(std::string_view bytes, std::uint64_t at) {
  return static_cast<std::uint32_t>(number_at(bytes, at, 4));
}

}  // namespace backflow::io
