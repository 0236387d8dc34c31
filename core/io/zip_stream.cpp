#include <algorithm>
#include <cstring>

#include <zlib.h>

#include "core/io/zip.h"

namespace backflow::io {
namespace {

constexpr std::size_t kMostAtOnce = 1 << 30;  // zlib counts in 32 bits

}  // namespace

struct ZipStream::Inflater {
  z_stream stream{};
  bool ended = false;

  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

ZipStream::ZipStream(std::string_view archive, const ZipEntry& entry)
    : packed_(archive.substr(entry.data, entry.packed)), entry_(entry) {
  if (entry.deflated) inflater_ = std::make_unique<Inflater>();
  // Negative: deflate alone, without zlib's header.
  if (entry.deflated && inflateInit2(&inflater_->stream, -MAX_WBITS) != Z_OK)
    throw std::bad_alloc();
}

ZipStream::~ZipStream() = default;

std::string ZipStream::inflate(char* to, std::size_t size) {
  z_stream& stream = inflater_->stream;
  stream.next_out = reinterpret_cast<Bytef*>(to);
  for (std::size_t left = size; left > 0;) {
    const auto room = static_cast<uInt>(std::min(left, kMostAtOnce));
    const auto given = static_cast<uInt>(std::min(packed_.size(), kMostAtOnce));
    const auto too_short = [&] {
      return "unpacks to " + std::to_string(at_ + size - left) + " bytes, but is said to have " +
             std::to_string(entry_.bytes);
    };
    if (inflater_->ended) return too_short();
    // zlib reads them only.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed_.data()));
    stream.avail_in = given;
    stream.avail_out = room;
    const int state = ::inflate(&stream, Z_NO_FLUSH);
    packed_.remove_prefix(given - stream.avail_in);
    left -= room - stream.avail_out;
    inflater_->ended = state == Z_STREAM_END;
    if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
      return "is damaged: it cannot be unpacked beyond byte " + std::to_string(at_ + size - left);
    // Bytes may come although none went in: zlib keeps back what there was no room for.
    if (!inflater_->ended && stream.avail_out == room && given == 0) return too_short();
  }
  return {};
}

std::string ZipStream::read(char* to, std::size_t size) {
  if (size == 0) return {};
  if (inflater_) {
    if (std::string error = inflate(to, size); !error.empty()) return error;
  } else {
    std::memcpy(to, packed_.data(), size);
    packed_.remove_prefix(size);
  }
  at_ += size;
  for (std::size_t left = size; left > 0;) {
    const std::size_t next = std::min(left, kMostAtOnce);
    checksum_ = static_cast<std::uint32_t>(::crc32(
        checksum_, reinterpret_cast<const Bytef*>(to + size - left), static_cast<uInt>(next)));
    left -= next;
  }
  return {};
}

std::string ZipStream::finish() {
  if (inflater_ && !inflater_->ended) {
    // The mark of the end is all that may come.
    char more = 0;
    if (inflate(&more, 1).empty())
      return "unpacks to more than the " + std::to_string(entry_.bytes) +
             " bytes that it is said to have";
    if (!inflater_->ended) return "is damaged: it does not end where its packed bytes do";
  }
  if (!packed_.empty())
    return "ends " + std::to_string(packed_.size()) + " bytes before its packed bytes do";
  if (checksum_ == entry_.checksum) return {};
  return "is damaged: its checksum is not the one that is stated";
}

}  // namespace backflow::io
