// backflow verify: are the numbers those of the literature?
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace backflow::cli {

struct VerifyRequest {
  std::vector<std::string> names;  ///< of checks; empty: all quick ones
  int seeds = 3;
  bool slow = false;  ///< with no names: the slow ones as well
  bool json = false;  ///< for machines, instead of for people
};

/// Runs the checks (core/verify/check.h) and writes each one's source, protocol, published values
/// and ours to `out`. Returns the exit code: kFailure when one fails, kBadUsage with one sentence
/// on `err` for a name that there is not.
int verify(const VerifyRequest& request, std::ostream& out, std::ostream& err);

}  // namespace backflow::cli
