// Sessions as JSON, "name.backflow.json", for people and for diff: always the same members in the
// same order, one row of a matrix and ten values of a curve a line.
//
//   "format": "backflow session", "format_version": 1
//   "notes"        free text
//   "speed_limit"  iterations per second, 0: as fast as possible
//   "document"     of an autosave alone: the file that the person works on
//   "files"        of each file that a configuration names: its path, its size and the CRC-32 of
//                  its contents when they were read. A file that is not there is looked for beside
//                  the session, too; a missing or different one is refused. Only model.init_file is
//                  not needed any more: its matrix is in the session
//   "networks"     one, or A and B, each with
//     "config"        all keys of core/config/keys.h with their values
//     "initial_W_hh"  the matrix of model.init_file
//     "iteration"     iterations done: with the seeds, also the state of all random numbers
//     "divergence"    where training met a number that is not finite; or null
//     "weights"       W_xh, W_hh, b_h, W_hy, b_y (core/model/parameters.h)
//     "best"          those that a divergence goes back to
//     "optimizer"     what it remembers (core/training/optimizer.h)
//     "curves"        one value per iteration, null where there is none. Of more than 262,144
//                     iterations only every 2nd, 4th, 8th … is kept ("every"), and stands for those
//                     up to the next one when it is opened
//   "layout"       of the window
//
// Numbers have the fewest digits that read back as the same bits. JSON has no others than finite
// ones: "inf", "-inf", "nan", "-nan", and any other NaN by its bits, "nan:7ff8000000000001". What
// undo, the timeline and the ghosts of left branches go back to is not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/session/saved_session.h"

namespace backflow::session {

inline constexpr int kSessionFormatVersion = 1;
inline constexpr std::string_view kSessionExtension = ".backflow.json";
inline constexpr std::size_t kMostSessionBytes = 1'000'000'000;
/// What the curves of more would need is more memory than most machines have.
inline constexpr std::uint64_t kMostIterations = std::uint64_t{1} << 27;

/// What of a session a file cannot say, in one sentence; empty when there is nothing of the kind.
std::string cannot_be_kept(const SavedSession& saved);

/// The text of the session's file. Precondition: one network or two.
std::string session_text(const SavedSession& saved);

/// Reads such a text, and the files that its configurations name, which are also looked for in
/// `directory`, that of the session's file. Returns an empty string, or what is wrong and where, to
/// be read after the file's name ("cannot be opened: networks[0].weights.W_hh has 3 rows, …");
/// `saved` is unchanged then.
std::string parse_session(std::string_view text, SavedSession& saved,
                          const std::string& directory = {});

/// The same from a file.
std::string read_session(const std::string& path, SavedSession& saved);

/// Whether a text, or its beginning, is meant to be a session.
bool looks_like_session(std::string_view beginning);

/// SavedSession::files of the configurations: as they were when they were read; nothing is read
/// now.
void stamp_files(SavedSession& saved);

/// The path of the first of those files that has other contents now than when it was read, or is
/// gone; empty when all are as they were. Reads them, but for those above 256 MB.
std::string changed_since_read(const std::vector<SavedFile>& files);

}  // namespace backflow::session
