// backflow lessons: which there are, and whether what they expect is so.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace backflow::cli {

struct LessonsRequest {
  /// Nothing: list them. "check" and names or files of lessons, none for all: check them.
  std::vector<std::string> words;
};

/// Lists the lessons, or computes every page's state and holds its expectations against it. Returns
/// the exit code: kFailure when one does not hold, kBadUsage with one sentence on `err` for a
/// lesson that cannot be read.
int lessons(const LessonsRequest& request, std::ostream& out, std::ostream& err);

}  // namespace backflow::cli
