// The recorded results of PyTorch in tests/golden: one line for each matrix,
// CASE NAME ROWS COLUMNS VALUES…, row by row.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "core/model/types.h"

namespace backflow::support {

using Fixture = std::map<std::string, model::Matrix>;  // by NAME

/// The cases of tests/golden/<name>, by CASE. A line that can not be read fails the test.
inline std::map<std::string, Fixture> read_golden(const std::string& file_name) {
  std::map<std::string, Fixture> cases;
  std::ifstream file(BACKFLOW_SOURCE_DIR "/tests/golden/" + file_name);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name, key;
    model::Index rows = 0, cols = 0;
    fields >> name >> key >> rows >> cols;
    model::Matrix matrix(rows, cols);
    for (model::Index i = 0; i < rows; ++i)
      for (model::Index j = 0; j < cols; ++j) fields >> matrix(i, j);
    EXPECT_TRUE(fields) << name << " " << key;
    cases[name][key] = matrix;
  }
  return cases;
}

}  // namespace backflow::support
