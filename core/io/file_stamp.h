// Which contents a file had when it was read: so that another one under its name is known later,
// and nobody reads it once more to find out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace backflow::io {

struct FileStamp {
  std::uint64_t bytes = 0;
  std::uint32_t crc32 = 0;  ///< CRC-32 of the contents

  /// Goes on with the contents.
  void add(std::string_view more);

  bool operator==(const FileStamp&) const = default;
};

/// By paths, as they were given to whoever read.
using FileStamps = std::map<std::string, FileStamp>;

/// While it lives, it notes which files this thread reads with read_file(), be it inside of another
/// scope of this kind.
class StampScope {
public:
  StampScope();
  ~StampScope();
  StampScope(const StampScope&) = delete;
  StampScope& operator=(const StampScope&) = delete;

  const FileStamps& files() const { return files_; }

  /// Somebody in this thread wants to know.
  static bool is_open();

private:
  FileStamps files_;
  StampScope* outer_;
  friend void report_file(const std::string& path, const FileStamp& stamp);
};

/// Tells all scopes of this thread.
void report_file(const std::string& path, const FileStamp& stamp);

}  // namespace backflow::io
