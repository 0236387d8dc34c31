// A folder of its own for each test that reads files, removed when the test ends.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace backflow::support {

class TemporaryFolder : public ::testing::Test {
protected:
  /// Writes a file of that content and returns its path.
  std::string file(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return (folder_ / name).string();
  }
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "backflow_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

}  // namespace backflow::support
