// Any bytes as an archive; and, for no fuzzer finds checksums, as the packed bytes of an entry
// whose checksum is made to fit, and as a tensor in an archive of which all the rest is right.
#include <algorithm>

#include <zlib.h>

#include "core/io/zip.h"
#include "tests/fuzz/fuzz.h"

namespace backflow::fuzz {
namespace {

std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

// An archive with the entry "a.npy", stored.
std::string archive_of(std::string_view content) {
  const std::string fields = little_endian(0, 8) + little_endian(checksum(content), 4) +
                             little_endian(content.size(), 4) + little_endian(content.size(), 4) +
                             little_endian(5, 2) + little_endian(0, 2);
  const std::string local =
      "PK\x03\x04" + little_endian(20, 2) + fields + "a.npy" + std::string(content);
  const std::string central = "PK\x01\x02" + little_endian(20, 2) + little_endian(20, 2) + fields +
                              std::string(14, '\0') + "a.npy";
  return local + central + "PK\x05\x06" + little_endian(0, 4) + little_endian(1, 2) +
         little_endian(1, 2) + little_endian(central.size(), 4) + little_endian(local.size(), 4) +
         little_endian(0, 2);
}

// The bytes, deflated, are said to be as many as the first two of them say.
void unpack(std::string_view bytes) {
  if (bytes.size() < 2) return;
  io::ZipEntry entry;
  entry.data = 2;
  entry.packed = bytes.size() - 2;
  entry.bytes = static_cast<unsigned char>(bytes[0]) * 256u + static_cast<unsigned char>(bytes[1]);
  entry.deflated = true;
  std::string content(entry.bytes, '\0');
  for (int pass = 0; pass < 2; ++pass) {
    io::ZipStream stream(bytes, entry);
    std::string error;
    for (std::size_t at = 0; at < content.size() && error.empty();) {
      const std::size_t next = std::min<std::size_t>(1 + at % 700, content.size() - at);
      error = stream.read(content.data() + at, next);
      at += next;
    }
    if (error.empty()) error = stream.finish();
    require_sentence(error);
    if (pass == 1) require(error.find("checksum") == std::string::npos, "the checksum fits");
    entry.checksum = checksum(content);
  }
}

}  // namespace
}  // namespace backflow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace backflow;
  const std::string_view bytes = fuzz::view_of(data, size);
  io::TensorFile direct, wrapped;
  fuzz::read_tensors(bytes, direct);
  fuzz::unpack(bytes);
  const bool is_npy = bytes.substr(0, 6) == "\x93NUMPY";
  if (!is_npy) return 0;
  const bool read = fuzz::read_tensors(fuzz::archive_of(bytes), wrapped);
  fuzz::require(read == (direct.format() == "npy"), "an array is read in an archive as without");
  return 0;
}
