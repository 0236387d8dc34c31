// Runs the command line inside the test and looks at what it says and writes.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "app/cli/command_line.h"

namespace backflow::cli {

namespace fs = std::filesystem;

struct Outcome {
  int code;
  std::string out, err;
};

inline Outcome backflow(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "backflow");
  std::ostringstream out, err;
  const int code = run(static_cast<int>(arguments.size()), arguments.data(), out, err);
  return {code, out.str(), err.str()};
}

// A bad request: exit 2, nothing on standard output, one sentence on standard error.
inline void expect_refused(std::vector<const char*> arguments, const std::string& part) {
  const Outcome outcome = backflow(arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_THAT(outcome.out, ::testing::IsEmpty());
  EXPECT_THAT(outcome.err,
              ::testing::AllOf(::testing::StartsWith("backflow: "), ::testing::HasSubstr(part)));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

inline std::vector<double> numbers_of(const std::string& line) {
  std::vector<double> numbers;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) numbers.push_back(std::stod(field));
  return numbers;
}

inline std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Export : public ::testing::Test {
protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("backflow-cli-test-" + std::to_string(getpid()));
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }

  fs::path directory_;
};

}  // namespace backflow::cli
