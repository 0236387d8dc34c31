#include "core/io/zip.h"

#include <algorithm>
#include <optional>

#include "core/io/shown.h"
#include "core/io/utf8.h"
#include "core/io/zip_format.h"

namespace backflow::io {
namespace {

constexpr std::uint16_t kEncrypted = 1 << 0, kSizesFollow = 1 << 3, kPatched = 1 << 5;
constexpr std::uint16_t kStronglyEncrypted = 1 << 6, kMasked = 1 << 13;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // a field whose value stands in the ZIP64 part
// Deflate's best: a match of 258 bytes in 2 bits.
constexpr std::uint64_t kMostInflation = 1032;

std::string at_byte(std::uint64_t at) { return " at byte " + std::to_string(at); }

// Where the directory lies: `entries` headers in `size` bytes from `begin`.
struct Extent {
  std::uint64_t entries, size, begin;
};

// The one record that could end the archive: its comment reaches to the last byte.
std::string find_end(std::string_view archive, std::uint64_t& end) {
  std::optional<std::uint64_t> found;
  const std::uint64_t size = archive.size();
  const std::uint64_t first = size - std::min<std::uint64_t>(size, kEndBytes + 0xFFFF);
  for (std::uint64_t at = size < kEndBytes ? first : size - kEndBytes + 1; at-- > first;) {
    if (u32(archive, at) != kEnd || at + kEndBytes + u16(archive, at + 20) != size) continue;
    if (found) return "has two ends of its ZIP directory," + at_byte(at) + " and" + at_byte(*found);
    found = at;
  }
  if (!found) return "is a ZIP archive without an end of its directory: it is cut off or damaged";
  end = *found;
  return {};
}

// What the fields of the old record may say beside a ZIP64 one: the same, or that it stands there.
bool agrees(std::uint64_t old, std::uint64_t most, std::uint64_t value) {
  return old == most || old == value;
}

std::string find_directory(std::string_view archive, Extent& directory) {
  std::uint64_t end = 0;
  if (std::string error = find_end(archive, end); !error.empty()) return error;
  const std::uint64_t here = u16(archive, end + 8);
  directory = {u16(archive, end + 10), u32(archive, end + 12), u32(archive, end + 16)};
  if (u16(archive, end + 4) != 0 || u16(archive, end + 6) != 0 || here != directory.entries)
    return "is one part of a ZIP archive in several files";
  const std::uint64_t locator = end - std::min<std::uint64_t>(end, kLocator64Bytes);
  if (end >= kLocator64Bytes && u32(archive, locator) == kLocator64) {
    const std::uint64_t at = number_at(archive, locator + 8, 8);
    if (at > locator || locator - at < kEnd64Bytes || u32(archive, at) != kEnd64 ||
        number_at(archive, at + 4, 8) != locator - at - 12)
      return "has no ZIP64 end of its directory where it should be," + at_byte(at);
    if (u32(archive, locator + 4) != 0 || u32(archive, locator + 16) > 1 ||
        u32(archive, at + 16) != 0 || u32(archive, at + 20) != 0 ||
        number_at(archive, at + 24, 8) != number_at(archive, at + 32, 8))
      return "is one part of a ZIP archive in several files";
    const Extent old = directory;
    directory = {number_at(archive, at + 32, 8), number_at(archive, at + 40, 8),
                 number_at(archive, at + 48, 8)};
    if (!agrees(old.entries, 0xFFFF, directory.entries) ||
        !agrees(old.size, kIn64, directory.size) || !agrees(old.begin, kIn64, directory.begin))
      return "has two ends of its ZIP directory that contradict each other";
    end = at;
  }
  if (directory.begin > end || directory.size != end - directory.begin)
    return "has a ZIP directory of " + std::to_string(directory.size) + " bytes from byte " +
           std::to_string(directory.begin) + ", which does not end where it should," + at_byte(end);
  if (directory.entries > directory.size / kCentralBytes)
    return "has a ZIP directory of " + std::to_string(directory.size) + " bytes, too few for its " +
           std::to_string(directory.entries) + " entries";
  return {};
}

// Replaces those values that are "in ZIP64" by what the extra field says, in the order given. False
// when the extra field is broken, has none, or not enough.
bool take_extra(std::string_view extra, std::initializer_list<std::uint64_t*> values) {
  bool wanted = std::any_of(values.begin(), values.end(),
                            [](const std::uint64_t* value) { return *value == kIn64; });
  while (!extra.empty()) {
    if (extra.size() < 4) return false;
    const std::uint16_t id = u16(extra, 0), size = u16(extra, 2);
    if (size > extra.size() - 4) return false;
    if (std::string_view in = extra.substr(4, size); id == 1 && wanted) {
      wanted = false;
      for (std::uint64_t* value : values) {
        if (*value != kIn64) continue;
        if (in.size() < 8) return false;
        *value = number_at(in, 0, 8);
        in.remove_prefix(8);
      }
    }
    extra.remove_prefix(4 + std::size_t{size});
  }
  return !wanted;
}

std::string check_packing(const ZipEntry& entry, std::uint16_t method) {
  if ((entry.flags & (kEncrypted | kStronglyEncrypted | kMasked)) != 0) return "is encrypted";
  if ((entry.flags & kPatched) != 0) return "is a patch of another file";
  if (method != 0 && method != 8)
    return "is packed by method " + std::to_string(method) +
           ", of which 0 (stored) and 8 (deflated) are read";
  if (!entry.deflated && entry.packed != entry.bytes)
    return "is stored in " + std::to_string(entry.packed) + " bytes, but said to have " +
           std::to_string(entry.bytes);
  if (entry.bytes / kMostInflation > entry.packed)
    return "is said to have " + std::to_string(entry.bytes) + " bytes, more than its " +
           std::to_string(entry.packed) + " packed ones could hold";
  return {};
}

// One header of the directory, which is moved on.
std::string take_central(std::string_view archive, std::uint64_t& at, std::uint64_t end,
                         ZipEntry& entry) {
  const std::string broken = "has a broken ZIP directory" + at_byte(at);
  if (end - at < kCentralBytes || u32(archive, at) != kCentral) return broken;
  const std::size_t name = u16(archive, at + 28), extra = u16(archive, at + 30);
  const std::size_t comment = u16(archive, at + 32);
  if (name + extra + comment > end - at - kCentralBytes) return broken;
  entry.name = archive.substr(at + kCentralBytes, name);
  const std::string named = "has an entry " + shown(entry.name, '"', 100) + " that ";
  if (!is_utf8(entry.name)) return named + "has a name which is not UTF-8";
  entry.flags = u16(archive, at + 8);
  const std::uint16_t method = u16(archive, at + 10);
  entry.deflated = method != 0;
  entry.checksum = u32(archive, at + 16);
  entry.packed = u32(archive, at + 20);
  entry.bytes = u32(archive, at + 24);
  entry.header = u32(archive, at + 42);
  if (!take_extra(archive.substr(at + kCentralBytes + name, extra),
                  {&entry.bytes, &entry.packed, &entry.header}))
    return named + "has a broken extra field";
  if (u16(archive, at + 34) != 0) return "is one part of a ZIP archive in several files";
  if (std::string error = check_packing(entry, method); !error.empty()) return named + error;
  at += kCentralBytes + name + extra + comment;
  return {};
}

// The local header must say what the directory says.
std::string check_local(std::string_view archive, ZipEntry& entry) {
  const std::string wrong =
      "has no local header that agrees with the directory" + at_byte(entry.header);
  const std::uint64_t size = archive.size(), at = entry.header;
  if (at > size || size - at < kLocalBytes || u32(archive, at) != kLocal) return wrong;
  const std::size_t name = u16(archive, at + 26), extra = u16(archive, at + 28);
  if (name + extra > size - at - kLocalBytes) return wrong;
  entry.data = at + kLocalBytes + name + extra;
  if (entry.packed > size - entry.data)
    return "has " + std::to_string(entry.packed) + " packed bytes from byte " +
           std::to_string(entry.data) + ", more than there are";
  std::uint64_t packed = u32(archive, at + 18), bytes = u32(archive, at + 22);
  if (!take_extra(archive.substr(at + kLocalBytes + name, extra), {&bytes, &packed})) return wrong;
  const std::uint32_t checksum = u32(archive, at + 14);
  const bool follow = (entry.flags & kSizesFollow) != 0;
  const bool left_out = follow && checksum == 0 && packed == 0 && bytes == 0;
  const bool same = checksum == entry.checksum && packed == entry.packed && bytes == entry.bytes;
  // Writers set bits of their own in the flags; these three change how the bytes are read.
  constexpr std::uint16_t kMeant = kEncrypted | kSizesFollow | kPatched;
  if (archive.substr(at + kLocalBytes, name) != entry.name || (!same && !left_out) ||
      ((u16(archive, at + 6) ^ entry.flags) & kMeant) != 0 ||
      u16(archive, at + 8) != (entry.deflated ? 8 : 0))
    return wrong;
  return {};
}

}  // namespace

bool is_zip(std::string_view bytes) {
  return bytes.size() >= 4 && (u32(bytes, 0) == kLocal || u32(bytes, 0) == kEnd);
}

std::string read_zip_directory(std::string_view archive, ZipDirectory& directory) {
  Extent extent{};
  if (std::string error = find_directory(archive, extent); !error.empty()) return error;
  directory.begin = extent.begin;
  std::uint64_t at = extent.begin;
  const std::uint64_t end = extent.begin + extent.size;
  for (std::uint64_t i = 0; i < extent.entries; ++i) {
    ZipEntry& entry = directory.entries.emplace_back();
    if (std::string error = take_central(archive, at, end, entry); !error.empty()) return error;
  }
  if (at == end) return {};
  return "has a ZIP directory with more than its " + std::to_string(extent.entries) + " entries," +
         at_byte(at);
}

std::string check_zip_entries(std::string_view archive, ZipDirectory& directory) {
  const std::string_view data = archive.substr(0, directory.begin);
  std::vector<const ZipEntry*> in_file;
  for (ZipEntry& entry : directory.entries) {
    if (std::string error = check_local(data, entry); !error.empty())
      return "has an entry " + shown(entry.name, '"', 100) + " that " + error;
    in_file.push_back(&entry);
  }
  std::sort(in_file.begin(), in_file.end(),
            [](const ZipEntry* a, const ZipEntry* b) { return a->header < b->header; });
  for (std::size_t i = 1; i < in_file.size(); ++i) {
    const ZipEntry &before = *in_file[i - 1], &after = *in_file[i];
    if (after.header < before.data + before.packed)
      return "has entries " + shown(before.name, '"', 100) + " and " + shown(after.name, '"', 100) +
             " that share bytes";
  }
  return {};
}

}  // namespace backflow::io
