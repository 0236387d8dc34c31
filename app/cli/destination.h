// Where files are to be written, looked at before an hour of training rather than after it.
#pragma once

#include <string>
#include <vector>

namespace backflow::cli {

/// Empty, or one sentence: --output is a directory, or lies in none that exists. "-" is fine.
std::string check_destination(const std::string& output);

/// Empty, or one sentence that names the first of the files that exist already.
std::string check_existing(const std::vector<std::string>& paths);

}  // namespace backflow::cli
