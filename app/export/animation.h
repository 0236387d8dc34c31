// Moving pictures of a figure: where its moments come from, and the file they go into.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/export/request.h"

namespace backflow::exporting {

/// Told how much of some work is done; false asks to stop.
using Tick = std::function<bool(std::int64_t done, std::int64_t total)>;

/// One moment to draw.
struct Shot {
  std::shared_ptr<const session::Snapshot> snapshot;
  figure::View view;
};

/// Moments one after another.
class Reel {
public:
  virtual ~Reel() = default;
  /// The next one; nothing behind the last, or when `tick` asks to stop. There is at least one.
  virtual std::optional<Shot> next(const Tick& tick) = 0;
};

/// The walk forward and back through the snapshot's iteration, whose analysis should have
/// session::AnalysisOptions::walk.
std::unique_ptr<Reel> walk_through(std::shared_ptr<const session::Snapshot> snapshot,
                                   const figure::View& view);

struct AnimationFile {
  const figure::FigureInfo* info = nullptr;
  Look look;
  double per_second = 10.0;
  std::string output;  ///< ending in .gif, .mp4 or .webm; else a directory for numbered PNG files
};

/// Ends in .gif, .mp4 or .webm.
bool is_one_file(const std::string& output);
/// The PNG files of a directory, any of which numbered pictures may be written over.
std::vector<std::string> pictures_in(const std::string& directory);

/// Whether the output's kind can be made here: empty, or one sentence.
std::string check_animation(const std::string& output);

/// Draws and writes them all. The file is whole or untouched, of numbered pictures all are there or
/// none, also when `tick` asks to stop. Empty, or one sentence.
std::string write_animation(const AnimationFile& file, Reel& reel, const Tick& tick);

}  // namespace backflow::exporting
