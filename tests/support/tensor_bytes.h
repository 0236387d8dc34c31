// The bytes of small NPY, ZIP and safetensors files, right unless a test makes them wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <zlib.h>

namespace backflow::support {

inline std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

inline std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

inline std::string npy_bytes(const std::string& header, const std::string& data) {
  return std::string("\x93NUMPY\x01\x00", 8) + little_endian(header.size(), 2) + header + data;
}

inline std::string npy_bytes(const std::string& descr, const std::string& shape,
                             const std::string& data) {
  return npy_bytes("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + "}",
                   data);
}

inline std::string safetensors_bytes(const std::string& header, const std::string& data) {
  return little_endian(header.size(), 8) + header + data;
}

inline std::uint32_t checksum_of(const std::string& bytes) {
  return static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// Deflate alone, without zlib's header.
inline std::string deflated(std::string content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// An archive, and where its records are, so that a test can write into them.
struct Archive {
  std::string bytes;
  std::vector<std::size_t> local, central;  ///< headers of each entry
  std::size_t end = 0;                      ///< the record that ends it

  void set(std::size_t at, std::uint64_t value, std::size_t size) {
    bytes.replace(at, size, little_endian(value, size));
  }
};

struct Packed {
  std::string name, content;
  bool deflate = false;
};

inline Archive archive_of(const std::vector<Packed>& entries, const std::string& comment = "") {
  Archive archive;
  std::string central;
  for (const Packed& entry : entries) {
    const std::string packed = entry.deflate ? deflated(entry.content) : entry.content;
    const std::string fields =
        little_endian(20, 2) + little_endian(0, 2) + little_endian(entry.deflate ? 8 : 0, 2) +
        little_endian(0, 4) + little_endian(checksum_of(entry.content), 4) +
        little_endian(packed.size(), 4) + little_endian(entry.content.size(), 4) +
        little_endian(entry.name.size(), 2) + little_endian(0, 2);
    archive.local.push_back(archive.bytes.size());
    archive.central.push_back(central.size());
    central += "PK\x01\x02" + little_endian(20, 2) + fields + std::string(10, '\0') +
               little_endian(archive.bytes.size(), 4) + entry.name;
    archive.bytes += "PK\x03\x04" + fields + entry.name + packed;
  }
  for (std::size_t& at : archive.central) at += archive.bytes.size();
  archive.end = archive.bytes.size() + central.size();
  archive.bytes += central + "PK\x05\x06" + little_endian(0, 4) + little_endian(entries.size(), 2) +
                   little_endian(entries.size(), 2) + little_endian(central.size(), 4) +
                   little_endian(archive.bytes.size(), 4) + little_endian(comment.size(), 2) +
                   comment;
  return archive;
}

}  // namespace backflow::support
