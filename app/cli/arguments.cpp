#include "app/cli/arguments.h"

#include <cstdio>

#include <fmt/format.h>

#include "app/cli/common_options.h"
#include "app/cli/option_checks.h"
#include "app/export/export.h"
#include "app/figure/preset.h"
#include "app/figure/view.h"
#include "core/verify/check.h"

namespace backflow::cli {
namespace {

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const exporting::Format format : exporting::kAllFormats)
    names.emplace_back(exporting::extension(format).substr(1));
  return names;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const figure::Preset& preset : figure::presets()) names.emplace_back(preset.name);
  return names;
}

std::string preset_help() {
  std::string help = "size and letters by where the figure goes:";
  for (const figure::Preset& preset : figure::presets())
    help += "\n" + std::string(preset.name) + ": " + std::string(preset.description);
  return help;
}

void add_export(CLI::App& app, Arguments& arguments) {
  CLI::App* sub = app.add_subcommand("export", "train without a window and write figures");
  add_set_option(*sub, arguments);
  add_file_options(*sub, arguments);
  add_network(*sub, arguments);
  ExportRequest& request = arguments.request;
  add_iterations(*sub, request.iterations, "training iterations before the figure is made");
  sub->add_option("--figure", request.figure, "which figure (\"backflow figures\" lists them)")
      ->type_name("NAME");
  sub->add_option(
         "--output", request.output,
         "file to write; .svg, .pdf, .png, .csv or .npy decides the format; - writes CSV to "
         "standard output")
      ->type_name("FILE");
  sub->add_option("--all", request.all_directory,
                  "write every figure in every format into this directory")
      ->type_name("DIR");
  sub->add_option("--formats", request.formats,
                  "of --all, separated by commas (default: every one)")
      ->delimiter(',')
      ->check(one_of(format_names()))
      ->type_name("svg,pdf,…");
  sub->add_flag("--force", request.force, "overwrite files that exist");
  add_map_options(*sub, request.map);
  sub->add_option(
         "--playhead", request.playhead,
         "position in the walk through the iteration, of explanation, unrolled and folded: "
         "1..T forward, T+1 output, then T..1 backward, clip, update")
      ->check(between(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("N");
  sub->add_option(
         "--turn", request.turn,
         fmt::format("of error-relief: how far it is turned about the vertical, in degrees "
                     "(default: {}); at 0 w goes to the right and b away",
                     figure::kReliefTurn))
      ->check(between(-360.0, 360.0))
      ->type_name("D");
  sub->add_option(
         "--tilt", request.tilt,
         fmt::format("of error-relief: height above the horizon it is seen from, in degrees "
                     "(default: {})",
                     figure::kReliefTilt))
      ->check(between(figure::kLeastTilt, figure::kMostTilt))
      ->type_name("D");
  add_theme(*sub, arguments);
  add_colors(*sub, arguments);
  sub->add_option("--preset", request.preset, preset_help())
      ->check(one_of(preset_names()))
      ->type_name("NAME");
  sub->add_option("--width", request.width,
                  "width in units of 1/96 inch (default: the preset's or the figure's own)")
      ->check(between(100.0, 8000.0))
      ->type_name("W");
  sub->add_option("--height", request.height, "height likewise")
      ->check(between(100.0, 8000.0))
      ->type_name("H");
  sub->add_option("--dpi", request.dpi, "pixels per inch of PNG (default: 192)")
      ->check(between(72.0, 1200.0))
      ->type_name("N");
  sub->add_option("--pixels", request.pixels, "width of PNG in pixels, instead of --dpi")
      ->check(between(100, 32767))
      ->type_name("N");
  sub->add_flag("--transparent", request.transparent, "no background");
  sub->add_flag("--caption", request.caption,
                "under the figure: what it shows, settings, seeds, iterations and version");
  sub->add_flag("!--no-title", request.title, "without the title over the figure");
}

void add_animate(CLI::App& app, Arguments& arguments) {
  CLI::App* sub = app.add_subcommand(
      "animate", "write a figure over the training, or over one walk, as a moving picture");
  add_set_option(*sub, arguments);
  add_file_options(*sub, arguments);
  add_network(*sub, arguments);
  AnimateRequest& request = arguments.animation;
  add_map_options(*sub, request.map);
  add_iterations(*sub, request.iterations, "training iterations");
  sub->add_option("--figure", request.figure, "which figure (\"backflow figures\" lists them)")
      ->type_name("NAME")
      ->capture_default_str();
  sub->add_option("--every", request.every,
                  "iterations from picture to picture (default: about 100 pictures in all)")
      ->check(between(std::int64_t{1}, std::int64_t{1'000'000'000}))
      ->type_name("N");
  sub->add_flag("--walk", request.walk,
                "instead, the walk forward and back through the last iteration");
  sub->add_option(
         "--output", request.output,
         "file ending in .gif, or in .mp4 or .webm where ffmpeg is installed, or a directory "
         "for numbered PNG files")
      ->type_name("FILE");
  sub->add_option("--fps", request.per_second, "pictures per second")
      ->check(between(0.1, 50.0))
      ->type_name("N")
      ->capture_default_str();
  sub->add_option("--scale", request.scale, "pixels per unit of 1/96 inch")
      ->check(between(0.25, 4.0))
      ->type_name("S")
      ->capture_default_str();
  add_theme(*sub, arguments);
  add_colors(*sub, arguments);
  sub->add_flag("--force", request.force, "overwrite files that exist");
}

void add_report(CLI::App& app, Arguments& arguments) {
  CLI::App* sub = app.add_subcommand(
      "report", "train without a window and write one web page with everything about it");
  add_set_option(*sub, arguments);
  add_file_options(*sub, arguments);
  add_network(*sub, arguments);
  add_iterations(*sub, arguments.report.iterations, "training iterations before the page is made");
  sub->add_option(
         "--lesson", arguments.report.lesson,
         "instead, the handout of a lesson (\"backflow lessons\" lists them), or of a file")
      ->type_name("NAME|FILE");
  sub->add_option("--output", arguments.report.output, "page to write, ending in .html")
      ->type_name("FILE");
  add_map_options(*sub, arguments.report.map);
  add_colors(*sub, arguments);
  sub->add_flag("--force", arguments.report.force, "overwrite a file that exists");
}

// Of the grid's picture.
template <class Request>
void add_picture(CLI::App& sub, Request& request) {
  sub.add_option("--picture", request.picture, "the grid in colours: .svg, .pdf or .png")
      ->type_name("FILE");
  sub.add_flag("--log", request.logarithmic, "colours of the picture by the logarithm");
}

void add_sweep(CLI::App& app, Arguments& arguments) {
  CLI::App* sub = app.add_subcommand(
      "sweep", "measure one number of a trained network over a grid of settings");
  add_set_option(*sub, arguments);
  add_file_options(*sub, arguments);
  SweepRequest& request = arguments.sweep;
  sub->add_option(
         "--over", request.over,
         "a setting to vary: n numbers from a to b (a:b:n), by the logarithm (a:b:n:log), or "
         "values (one,two); several make a grid")
      ->type_name("KEY=A:B:N")
      ->allow_extra_args(false);
  sub->add_option("--metric", request.metric,
                  "the number: loss, accuracy, reach, decay, spectral-radius, \"norm(40, 0)\", …")
      ->type_name("NAME")
      ->capture_default_str();
  add_map_options(*sub, request.map);
  add_iterations(*sub, request.iterations, "training iterations before it is measured");
  sub->add_option("--jobs", request.jobs, "points at a time")
      ->check(between(1, 1024))
      ->type_name("N")
      ->capture_default_str();
  sub->add_option("--shard", request.shard, "only every N-th point, into FILE.I-of-N.csv")
      ->type_name("I/N");
  sub->add_option("--output", request.output,
                  "grid to write, ending in .csv; what it has already is kept")
      ->type_name("FILE");
  add_picture(*sub, request);
  CLI::App* merge = app.add_subcommand("merge", "put the grids of a sweep's shards together");
  merge->add_option("inputs", arguments.merge.inputs, "files of the shards")->type_name("FILE");
  merge->add_option("--output", arguments.merge.output, "grid to write, ending in .csv")
      ->type_name("FILE");
  add_picture(*merge, arguments.merge);
  merge->add_flag("--force", arguments.merge.force, "overwrite a file that exists");
}

void add_lessons(CLI::App& app, Arguments& arguments) {
  CLI::App* sub = app.add_subcommand(
      "lessons", "list the lessons; \"lessons check\" computes what their pages expect");
  sub->add_option("words", arguments.lessons.words, "check, and which ones (default: all)")
      ->type_name("check NAME|FILE");
}

std::string list_of_checks() {
  std::string list = "Checks:";
  for (const verify::Check& check : verify::checks())
    list += fmt::format("\n  {:<26}{}{}", check.name, check.slow ? "(--slow) " : "", check.claim);
  return list;
}

void add_verify(CLI::App& app, Arguments& arguments) {
  CLI::App* sub = app.add_subcommand(
      "verify", "compute published results anew and compare; each has its source and protocol");
  VerifyRequest& request = arguments.verification;
  sub->add_option("checks", request.names, "which ones, by name (default: all quick ones)")
      ->type_name("NAME");
  sub->add_option("--seeds", request.seeds, "of what is drawn at random")
      ->check(between(1, 100))
      ->type_name("N")
      ->capture_default_str();
  sub->add_flag("--slow", request.slow, "also those that take minutes");
  sub->add_flag("--json", request.json, "for machines");
  sub->footer(std::string());  // not the whole program's examples
  sub->footer(list_of_checks);
}

#ifdef BACKFLOW_HAS_WINDOW
void add_window_options(CLI::App& app, Arguments& arguments) {
  WindowOptions& window = arguments.window;
  app.add_flag("--run", window.run, "start training at once");
  app.add_flag("--light", window.light, "light colours");
  app.add_flag("--tour", window.tour, "begin with the tour through the window");
  app.add_option("--lesson", window.lesson,
                 "begin with a lesson (\"backflow lessons\" lists them), or a file with one")
      ->type_name("NAME|FILE");
  app.add_option("--size", arguments.window_size, "size of the window")->type_name("WxH");
  app.add_option("--scale", window.scale, "size of everything in it (default: the monitor's)")
      ->check(between(0.5, 4.0))
      ->type_name("S");
  app.add_option("--frames", window.frames, "close after this many frames")
      ->check(between(1L, 1'000'000L))
      ->type_name("N");
  app.add_option("--screenshot", window.screenshot, "with --frames: write the last frame as PNG")
      ->type_name("FILE");
}

// "1280x800" → width and height; an empty string, or one sentence.
std::string parse_window_size(const std::string& text, WindowOptions& window) {
  if (text.empty()) return {};
  int width = 0, height = 0, read = 0;
  if (std::sscanf(text.c_str(), "%5dx%5d%n", &width, &height, &read) != 2 ||
      static_cast<std::size_t>(read) != text.size() || width < 960 || height < 600 ||
      width > 16384 || height > 16384)
    return "--size " + text + " is not of the form WxH from 960x600 to 16384x16384, e.g. 1280x800";
  window.width = width;
  window.height = height;
  return {};
}
#endif

figure::Theme theme_of(const Arguments& arguments) {
  return arguments.theme == "dark" ? figure::Theme::dark : figure::Theme::light;
}

}  // namespace

void add_options(CLI::App& app, Arguments& arguments) {
  add_set_option(app, arguments);
  add_file_options(app, arguments);
  add_session(app, arguments);
#ifdef BACKFLOW_HAS_WINDOW
  add_window_options(app, arguments);
#endif
  add_export(app, arguments);
  add_report(app, arguments);
  add_verify(app, arguments);
  add_lessons(app, arguments);
  add_sweep(app, arguments);
  add_animate(app, arguments);
  CLI::App* check = app.add_subcommand("check", "compare the gradients with finite differences");
  add_set_option(*check, arguments);
  add_file_options(*check, arguments);
  add_network(*check, arguments);
  app.add_subcommand("figures", "list the figures");
  app.add_subcommand("tasks", "list the learning tasks");
  app.add_subcommand("keys", "list the configuration keys with their values and ranges");
}

std::string complete(const CLI::App& app, Arguments& arguments) {
  arguments.animation.theme = arguments.request.theme = theme_of(arguments);
  const auto colors = *model::parse_enum<figure::Colormap>(arguments.colors);
  arguments.animation.colors = arguments.request.colors = arguments.report.colors = colors;
#ifdef BACKFLOW_HAS_WINDOW
  if (!app.get_subcommands().empty()) return {};
  if (std::string error = parse_window_size(arguments.window_size, arguments.window);
      !error.empty())
    return error;
  if (!arguments.window.screenshot.empty() && arguments.window.frames == 0)
    return "--screenshot needs --frames, which says when to take it";
#else
  static_cast<void>(app);
#endif
  return {};
}

}  // namespace backflow::cli
