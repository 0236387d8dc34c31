// Carries out what the window asks to be written, on threads of its own: one for quick looks at the
// disk, one for analyses, one for all that takes time, which is done in order.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/export/animation.h"
#include "app/export/request.h"

namespace backflow::exporting {

/// What the exporter needs from those who train and analyse. Called on its threads.
struct ExporterServices {
  /// After each change of the status; quick.
  std::function<void()> wake;
  /// The snapshot with what the figure shows and it lacks, or what a walk shows besides; itself
  /// when it lacks nothing, null when `stop` asked to stop.
  std::function<std::shared_ptr<const session::Snapshot>(
      const figure::FigureInfo& info, std::shared_ptr<const session::Snapshot> snapshot,
      const figure::View& view, bool walk, const std::function<bool()>& stop)>
      complete;
  /// The moments of the training as it is when they are asked for (Moving::so_far, next): called
  /// then, by the window's thread, and does not wait. What it answers is called by the work's own
  /// thread when its turn comes, and is null when `stop` asked to stop.
  using Moments = std::function<std::unique_ptr<Reel>(const std::function<bool()>& stop)>;
  std::function<Moments(const AnimationRequest& request)> training;
  std::string program;  ///< name and version, for captions and metadata
};

class FileExporter final : public Exporter {
public:
  explicit FileExporter(ExporterServices services);
  /// Finishes single figures and stops everything else: files are there as a whole or not at all.
  ~FileExporter() override;

  std::uint64_t write(FilesRequest request) override;
  std::uint64_t animate(AnimationRequest request) override;
  void copy(Subject subject) override;
  void examine(std::string directory) override;
  void complete(const figure::FigureInfo& info, std::shared_ptr<const session::Snapshot> snapshot,
                const figure::View& view) override;
  std::string program() const override;
  void cancel() override;
  ExportStatus status() const override;

private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The files that a request would write.
std::vector<std::string> files_of(const FilesRequest& request);
/// The file, or the directory of numbered pictures.
std::string output_of(const AnimationRequest& request);

}  // namespace backflow::exporting
