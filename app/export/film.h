// Films through ffmpeg, where it is installed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace backflow::exporting {

/// A directory of its own that goes away with its contents, where temporary files are or in
/// `parent`. Throws std::filesystem::filesystem_error when it cannot be made.
class ScratchDirectory {
public:
  explicit ScratchDirectory(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path());
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// Empty, or one sentence that says what to install.
std::string check_film();

/// From 0001.png, 0002.png, … of that directory, so many a second, into a film of the kind that the
/// output's ending names. The output is whole or untouched, also when `stop` ends the work. Empty,
/// or one sentence.
std::string make_film(const std::filesystem::path& pictures, double per_second,
                      const std::string& output, const std::function<bool()>& stop);

}  // namespace backflow::exporting
