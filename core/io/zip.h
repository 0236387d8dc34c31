// ZIP archives (PKWARE's APPNOTE 6.3.10), as NumPy and PyTorch write them: one file, stored or
// deflated entries, ZIP64. Nothing is believed twice: the directory, the local headers and the data
// must agree, and no two entries share bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace backflow::io {

struct ZipEntry {
  std::string name;            ///< UTF-8
  std::uint64_t header = 0;    ///< the byte at which its local header begins
  std::uint64_t data = 0;      ///< the byte at which its packed bytes begin
  std::uint64_t packed = 0;    ///< their number
  std::uint64_t bytes = 0;     ///< and unpacked, as stated; no more than `packed` could hold
  std::uint32_t checksum = 0;  ///< CRC-32 of the unpacked bytes
  std::uint16_t flags = 0;
  bool deflated = false;
};

bool is_zip(std::string_view bytes);

struct ZipDirectory {
  std::vector<ZipEntry> entries;  ///< in the directory's order
  std::uint64_t begin = 0;        ///< the byte at which it begins; what it lists lies before
};

/// The entries as the directory states them: `data` is not set. Errors are to be read after the
/// archive's name.
std::string read_zip_directory(std::string_view archive, ZipDirectory& directory);

/// Holds the entries against their local headers and each other, and sets `data`.
std::string check_zip_entries(std::string_view archive, ZipDirectory& directory);

/// Unpacks an entry from its beginning. Errors are to be read after "an entry that" or its name.
class ZipStream {
public:
  /// Both stay where they are while this is used.
  ZipStream(std::string_view archive, const ZipEntry& entry);
  ~ZipStream();

  /// The next `size` bytes to `to`: no more in all than entry.bytes.
  std::string read(char* to, std::size_t size);

  /// After all of them: whether there are no more, and the checksum is as stated.
  std::string finish();

private:
  struct Inflater;

  std::string inflate(char* to, std::size_t size);

  std::string_view packed_;
  const ZipEntry& entry_;
  std::uint64_t at_ = 0;  // bytes unpacked
  std::uint32_t checksum_ = 0;
  std::unique_ptr<Inflater> inflater_;  // of what is deflated
};

}  // namespace backflow::io
