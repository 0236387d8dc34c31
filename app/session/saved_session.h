// A session as a value: all that its file keeps, and all that opening it needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/session/documents.h"
#include "core/config/config.h"
#include "core/io/file_stamp.h"
#include "core/training/history.h"
#include "core/training/trainer.h"

namespace backflow::session {

/// One network where it stands. Random numbers need no state of their own: data and initial values
/// follow from the seeds and the iteration alone (core/training/task/task.h).
struct SavedNetwork {
  config::Config config;
  training::TrainerState state;
  training::HistoryView curve;  ///< one point for each iteration done; what was left is not kept
  /// Where training met a number that is not finite, until it goes on.
  std::optional<training::Divergence> divergence;
  bool stopped = false;  ///< and nothing was changed by hand since (Session::has_stopped)
};

/// A file that a configuration names, as it was when it was read.
struct SavedFile {
  std::string named;                   ///< by the configuration
  std::string path;                    ///< the same from the root of the file system
  std::optional<io::FileStamp> stamp;  ///< nothing when it is not known

  bool operator==(const SavedFile&) const = default;
};

struct SavedSession {
  std::vector<SavedNetwork> networks;  ///< one, or A and B
  double speed_limit = 0.0;            ///< iterations per second; 0: as fast as possible
  std::vector<SavedFile> files;        ///< of all networks, each once (stamp_files)
  DocumentNotes notes;
  /// Of what an autosave keeps: the file that the person works on; empty when it has none.
  std::string document;
};

}  // namespace backflow::session
