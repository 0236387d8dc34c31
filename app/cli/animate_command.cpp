#include "app/cli/animate_command.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "app/cli/command_line.h"
#include "app/cli/destination.h"
#include "app/cli/progress.h"
#include "app/cli/train.h"
#include "app/cli/training_reel.h"
#include "app/cli/version.h"
#include "app/export/animation.h"
#include "app/figure/catalogue.h"

namespace backflow::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kUsualPictures = 100;

std::string check(const AnimateRequest& request, const config::Config& config) {
  if (request.output.empty())
    return "animate needs --output: a file ending in .gif, .mp4 or .webm, or a directory for "
           "numbered PNG files";
  if (figure::find_figure(request.figure) == nullptr)
    return "--figure " + request.figure + " is no figure (\"backflow figures\" lists them)";
  if (std::string error = check_colors(*figure::find_figure(request.figure), request.colors);
      !error.empty())
    return error;
  if (request.walk && !figure::find_figure(request.figure)->follows.playhead)
    return "--walk is for the figures unrolled, folded, explanation and dashboard";
  if (std::string error = check(request.map, config); !error.empty()) return error;
  if (std::string error = check(request.map, *figure::find_figure(request.figure)); !error.empty())
    return error;
  if (request.walk && request.every > 0) return "--every is for an animation without --walk";
  if (exporting::is_one_file(request.output)) {
    std::string error = check_destination(request.output);
    if (error.empty() && !request.force) error = check_existing({request.output});
    return error.empty() ? exporting::check_animation(request.output) : error;
  }
  std::error_code ignored;
  if (!fs::exists(request.output, ignored)) return {};
  if (!fs::is_directory(request.output, ignored))
    return "--output " + request.output +
           " is not a directory and does not end in .gif, .mp4 or "
           ".webm";
  return request.force ? "" : check_existing(exporting::pictures_in(request.output));
}

figure::View view_of(const AnimateRequest& request) {
  figure::View view;
  view.sequence = request.map.sequence - 1;
  return view;
}

// Written after a training that told of itself on the way. Empty, or one sentence.
std::string write_walk(const Start& start, const AnimateRequest& request,
                       const exporting::AnimationFile& file, std::ostream& err) {
  session::AnalysisOptions options = request.map.options();
  options.walk = true;
  figure::ask_for(*file.info, options);
  const session::Snapshot trained =
      train(start, request.iterations, options, file.info->needs_map, err);
  const auto reel =
      exporting::walk_through(std::make_shared<const session::Snapshot>(trained), view_of(request));
  Progress progress("drawing");
  return exporting::write_animation(file, *reel, progress.tick());
}

std::string write_training(const Start& start, const AnimateRequest& request,
                           const exporting::AnimationFile& file, std::ostream& err) {
  const std::int64_t every = request.every > 0
                                 ? request.every
                                 : std::max<std::int64_t>(1, request.iterations / kUsualPictures);
  session::Comparison networks = networks_of(start, 0);
  networks.execute(session::SetAnalysis{request.map.options()});
  const std::uint64_t begun = chosen(start, networks).iteration();
  TrainingReel reel(networks, *file.info,
                    {.end = begun + static_cast<std::uint64_t>(request.iterations),
                     .every = static_cast<std::uint64_t>(every),
                     .of_b = start.of_b,
                     .view = view_of(request)});
  std::string error;
  {
    Progress progress("training");
    error = exporting::write_animation(file, reel, progress.tick());
  }
  if (reel.last() != nullptr) tell_divergence(*reel.last(), "the pictures end there", err);
  return error;
}

}  // namespace

int animate(const Start& start, const AnimateRequest& request, std::ostream& out,
            std::ostream& err) {
  if (const std::string error = check(request, start.config); !error.empty())
    return complain(err, error, kBadUsage);
  if (!request.walk && !config::has_targets(start.config))
    return complain(err,
                    "there is no training to animate: these inputs have no targets; --walk goes "
                    "through one iteration",
                    kBadUsage);
  exporting::AnimationFile file{.info = figure::find_figure(request.figure),
                                .look = {},
                                .per_second = request.per_second,
                                .output = request.output};
  file.look.style.theme = request.theme;
  file.look.style.colors = request.colors;
  file.look.size = file.info->default_size;
  file.look.png_scale = request.scale;
  file.look.program = kProgram;
  const std::string error = request.walk ? write_walk(start, request, file, err)
                                         : write_training(start, request, file, err);
  if (!error.empty()) return complain(err, error);
  out << request.output << '\n';
  return kSuccess;
}

}  // namespace backflow::cli
