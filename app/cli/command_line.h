// The command line: what the user asked for, checked, and handed to one file per subcommand.
#pragma once

#include <ostream>
#include <string_view>

namespace backflow::cli {

/// Exit codes of the program.
inline constexpr int kSuccess = 0;
inline constexpr int kFailure = 1;   ///< something that should have worked did not
inline constexpr int kBadUsage = 2;  ///< the arguments or an input are wrong; one sentence says how

/// Runs the program. Results go to `out`, messages to `err`. Returns the exit code; throws nothing.
int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// Tells one sentence, as all messages are told; returns the code.
int complain(std::ostream& err, std::string_view sentence, int code = kFailure);

}  // namespace backflow::cli
