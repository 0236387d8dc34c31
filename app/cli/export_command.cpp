#include "app/cli/export_command.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "app/cli/command_line.h"
#include "app/cli/destination.h"
#include "app/cli/train.h"
#include "app/cli/version.h"
#include "app/export/atomic_write.h"
#include "app/export/export.h"
#include "app/figure/catalogue.h"
#include "app/figure/preset.h"
#include "core/config/nearest_match.h"

namespace backflow::cli {
namespace {

/// One file to write, or standard output when the path is "-".
struct Job {
  const figure::FigureInfo* info;
  exporting::Format format;
  std::string path;
};

std::vector<exporting::Format> formats_of(const ExportRequest& request) {
  std::vector<exporting::Format> formats;
  for (const std::string& name : request.formats)
    formats.push_back(*exporting::format_of("." + name));
  if (formats.empty())
    formats.assign(std::begin(exporting::kAllFormats), std::end(exporting::kAllFormats));
  return formats;
}

std::string unknown_figure(const std::string& name) {
  std::vector<std::string> names;
  for (const figure::FigureInfo& info : figure::catalogue()) names.emplace_back(info.name);
  const std::string match = config::nearest_match(name, names);
  std::string sentence = "--figure " + name + " is not one of ";
  for (const std::string& known : names) sentence += (known == names.front() ? "" : ", ") + known;
  return sentence + (match.empty() ? "" : "; did you mean \"" + match + "\"?");
}

std::string extensions() {
  std::string list;
  for (const exporting::Format format : exporting::kAllFormats) {
    const bool last = format == *std::rbegin(exporting::kAllFormats);
    list += (list.empty() ? "" : last ? " or " : ", ") + std::string(exporting::extension(format));
  }
  return list;
}

// Options about looks that change nothing in what is to be written.
std::string check_looks(const ExportRequest& request, const std::vector<Job>& jobs) {
  const auto any = [&](auto is) {
    return std::any_of(jobs.begin(), jobs.end(), [&](const Job& job) { return is(job.format); });
  };
  const bool png = any([](exporting::Format f) { return f == exporting::Format::png; });
  const bool picture = any([](exporting::Format f) { return !exporting::is_data(f); });
  if (request.dpi && request.pixels)
    return "--dpi and --pixels both give the size of a PNG; use one of them";
  if (!png && (request.dpi || request.pixels))
    return std::string(request.dpi ? "--dpi" : "--pixels") + " is for PNG and changes nothing here";
  for (const auto& [given, option] :
       {std::pair(!request.preset.empty(), "--preset"), std::pair(request.caption, "--caption"),
        std::pair(!request.title, "--no-title"),
        std::pair(request.colors != figure::Colormap(), "--colors"),
        std::pair(request.transparent, "--transparent")})
    if (given && !picture)
      return std::string(option) + " is for pictures and changes nothing in data";
  return {};
}

// Turns the request into jobs. Returns an empty string, or one sentence saying what is wrong.
std::string plan(const config::Config& config, const ExportRequest& request,
                 std::vector<Job>& jobs) {
  if (std::string error = check(request.map, config); !error.empty()) return error;
  const auto steps = training::resolved(config.task).steps;
  if (request.playhead && *request.playhead > figure::playhead_positions(steps))
    return "--playhead " + std::to_string(*request.playhead) + " is out of range; with " +
           std::to_string(steps) + " steps the walk has " +
           std::to_string(figure::playhead_positions(steps)) + " positions, counted from 1";
  if (!request.all_directory.empty()) {
    if (!request.figure.empty() || !request.output.empty())
      return "--all writes every figure; leave out --figure and --output";
    for (const figure::FigureInfo& info : figure::catalogue()) {
      if (info.of_gates && config.model.cell == model::CellKind::rnn) continue;
      for (const exporting::Format format : formats_of(request)) {
        const auto file = std::filesystem::path(request.all_directory) /
                          std::string(info.name).append(exporting::extension(format));
        jobs.push_back({&info, format, file.string()});
      }
    }
    return {};
  }
  if (!request.formats.empty()) return "--formats is for --all; --output tells its format itself";
  if (request.figure.empty())
    return "export needs --figure NAME (\"backflow figures\" lists them) or --all DIR";
  if (request.output.empty())
    return "export needs --output FILE, ending in " + extensions() + ", or -";
  const figure::FigureInfo* info = figure::find_figure(request.figure);
  if (info == nullptr) return unknown_figure(request.figure);
  if (std::string error = check(request.map, *info); !error.empty()) return error;
  if (std::string error = check_colors(*info, request.colors); !error.empty()) return error;
  if ((request.turn || request.tilt) && !info->follows.relief)
    return std::string(request.turn ? "--turn" : "--tilt") +
           " is for the figure error-relief and changes nothing in " + request.figure;
  if (request.playhead && !info->follows.playhead)
    return "--playhead is for the figures explanation, unrolled and folded and changes nothing "
           "in " +
           request.figure;
  const auto format = request.output == "-" ? std::optional(exporting::Format::csv)
                                            : exporting::format_of(request.output);
  if (!format)
    return "--output " + request.output + " does not end in " + extensions() +
           ", so its format is not known";
  jobs.push_back({info, *format, request.output});
  return check_destination(request.output);
}

session::AnalysisOptions analysis_of(const ExportRequest& request, const std::vector<Job>& jobs) {
  session::AnalysisOptions options = request.map.options();
  options.walk = request.playhead.has_value();
  for (const Job& job : jobs) figure::ask_for(*job.info, options);
  return options;
}

exporting::Look look_of(const ExportRequest& request, const figure::FigureInfo& info) {
  exporting::Look look;
  look.style.theme = request.theme;
  look.style.colors = request.colors;
  look.style.title = request.title;
  look.size = info.default_size;
  bool fixed_height = request.height.has_value();
  if (const figure::Preset* preset = figure::find_preset(request.preset)) {
    fixed_height = fixed_height || preset->height > 0.0;
    look.size = preset->size(info.default_size);
    look.style.font_size = preset->font_size;
  }
  look.size.width = request.width.value_or(look.size.width);
  look.size.height = request.height.value_or(look.size.height);
  if (request.dpi) look.png_scale = *request.dpi / 96.0;
  if (request.pixels) look.png_scale = *request.pixels / look.size.width;
  look.transparent = request.transparent;
  if (request.caption)
    look.caption = fixed_height ? figure::CaptionPlace::within : figure::CaptionPlace::below;
  look.program = kProgram;
  return look;
}

// Returns an empty string, or one sentence.
std::string carry_out(const Job& job, const session::Snapshot& snapshot,
                      const ExportRequest& request, std::ostream& out) {
  figure::View view;
  view.sequence = request.map.sequence - 1;
  if (request.playhead) view.playhead = figure::Playhead{*request.playhead};
  view.relief_turn = request.turn.value_or(view.relief_turn);
  view.relief_tilt = request.tilt.value_or(view.relief_tilt);
  if (job.path == "-") {
    job.info->write_csv(snapshot, view, [&](std::string_view text) { out << text; });
    return out.flush() ? "" : "standard output could not be written";
  }
  const std::string bytes =
      exporting::render(*job.info, snapshot, view, look_of(request, *job.info), job.format);
  return exporting::write_file_atomically(job.path, bytes);
}

}  // namespace

int export_figures(const Start& start, const ExportRequest& request, std::ostream& out,
                   std::ostream& err) {
  std::vector<Job> jobs;
  std::string error = plan(start.config, request, jobs);
  if (error.empty()) error = check_looks(request, jobs);
  if (error.empty() && !request.force) {
    std::vector<std::string> paths;
    for (const Job& job : jobs) paths.push_back(job.path);
    error = check_existing(paths);
  }
  if (!error.empty()) return complain(err, error, kBadUsage);
  if (!request.all_directory.empty()) {
    std::error_code failure;
    std::filesystem::create_directories(request.all_directory, failure);
    if (failure)
      return complain(
          err,
          "the directory " + request.all_directory + " could not be made: " + failure.message(),
          kBadUsage);
  }
  const bool map = std::ranges::any_of(jobs, [](const Job& job) { return job.info->needs_map; });
  const session::Snapshot snapshot =
      train(start, request.iterations, analysis_of(request, jobs), map, err);
  for (const Job& job : jobs) {
    error = carry_out(job, snapshot, request, out);
    if (!error.empty()) return complain(err, error);
    if (job.path != "-") out << job.path << '\n';
  }
  return kSuccess;
}

}  // namespace backflow::cli
