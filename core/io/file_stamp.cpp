#include "core/io/file_stamp.h"

#include <zlib.h>

namespace backflow::io {
namespace {
thread_local StampScope* innermost = nullptr;
}

void FileStamp::add(std::string_view more) {
  bytes += more.size();
  crc32 = static_cast<std::uint32_t>(
      ::crc32_z(crc32, reinterpret_cast<const Bytef*>(more.data()), more.size()));
}

StampScope::StampScope() : outer_(innermost) { innermost = this; }

StampScope::~StampScope() { innermost = outer_; }

bool StampScope::is_open() { return innermost != nullptr; }

void report_file(const std::string& path, const FileStamp& stamp) {
  for (StampScope* scope = innermost; scope != nullptr; scope = scope->outer_)
    scope->files_.insert_or_assign(path, stamp);
}

}  // namespace backflow::io
