#include "app/cli/export_command.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "app/cli/command_line.h"
#include "app/cli/progress.h"
#include "app/export/atomic_write.h"
#include "app/export/export.h"
#include "app/figure/catalogue.h"
#include "app/session/analysis.h"
#include "app/session/session.h"
#include "core/config/nearest_match.h"
#include "core/training/divergence.h"

namespace backflow::cli {
namespace {

constexpr exporting::Format kAllFormats[] = {exporting::Format::svg, exporting::Format::png,
                                             exporting::Format::csv};

/// One file to write, or standard output when the path is "-".
struct Job {
  const figure::FigureInfo* info;
  exporting::Format format;
  std::string path;
};

std::string unknown_figure(const std::string& name) {
  std::vector<std::string> names;
  for (const figure::FigureInfo& info : figure::catalogue()) names.emplace_back(info.name);
  const std::string match = config::nearest_match(name, names);
  std::string sentence = "--figure " + name + " is not one of ";
  for (const std::string& known : names) sentence += (known == names.front() ? "" : ", ") + known;
  return sentence + (match.empty() ? "" : "; did you mean \"" + match + "\"?");
}

// Found before an hour of training rather than after it.
std::string check_destination(const std::string& output) {
  if (output == "-") return {};
  const std::filesystem::path path(output);
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return "--output " + output + " is a directory";
  if (!std::filesystem::is_directory(parent, ignored))
    return "--output " + output + ": there is no directory " + parent.string();
  return {};
}

// Turns the request into jobs. Returns an empty string, or one sentence saying what is wrong.
std::string plan(const config::Config& config, const ExportRequest& request,
                 std::vector<Job>& jobs) {
  const auto batch = training::resolved(config.task).batch;
  if (request.sequence > batch)
    return "--sequence " + std::to_string(request.sequence) + " is out of range; the batch has " +
           std::to_string(batch) + ", counted from 1";
  if (request.block != gradient::StateBlock::hidden && config.model.cell != model::CellKind::lstm)
    return "--state " + std::string(model::name_of(request.block)) +
           " is for model.cell = lstm; the state of " +
           std::string(model::name_of(config.model.cell)) + " is h alone";
  const auto steps = training::resolved(config.task).steps;
  if (request.product && request.product->t > steps)
    return "--product " + std::to_string(request.product->t) + ":" +
           std::to_string(request.product->k) + " is out of range; the sequence has " +
           std::to_string(steps) + " steps";
  if (request.playhead && *request.playhead > figure::playhead_positions(steps))
    return "--playhead " + std::to_string(*request.playhead) + " is out of range; with " +
           std::to_string(steps) + " steps the walk has " +
           std::to_string(figure::playhead_positions(steps)) + " positions, counted from 1";
  if (!request.all_directory.empty()) {
    if (!request.figure.empty() || !request.output.empty())
      return "--all writes every figure; leave out --figure and --output";
    for (const figure::FigureInfo& info : figure::catalogue())
      for (const exporting::Format format : kAllFormats) {
        const auto file = std::filesystem::path(request.all_directory) /
                          std::string(info.name).append(exporting::extension(format));
        jobs.push_back({&info, format, file.string()});
      }
    return {};
  }
  if (request.figure.empty())
    return "export needs --figure NAME (\"backflow figures\" lists them) or --all DIR";
  if (request.output.empty())
    return "export needs --output FILE, ending in .svg, .png or .csv, or -";
  const figure::FigureInfo* info = figure::find_figure(request.figure);
  if (info == nullptr) return unknown_figure(request.figure);
  if (request.product && !info->needs_spectra && !info->needs_chain)
    return "--product is for the figures spectrum and jacobian-chain and changes nothing in " +
           request.figure;
  if (request.epsilon != gradient::DecayOptions().epsilon && request.figure != "gradient-by-lag")
    return "--epsilon is for the figure gradient-by-lag and changes nothing in " + request.figure;
  if (request.playhead && !info->follows.playhead)
    return "--playhead is for the figures explanation, unrolled and folded and changes nothing "
           "in " +
           request.figure;
  const auto format = request.output == "-" ? std::optional(exporting::Format::csv)
                                            : exporting::format_of(request.output);
  if (!format)
    return "--output " + request.output +
           " does not end in .svg, .png or .csv, so its format is not known";
  jobs.push_back({info, *format, request.output});
  return check_destination(request.output);
}

session::Snapshot train(const config::Config& config, const ExportRequest& request,
                        const std::vector<Job>& jobs, std::ostream& err) {
  session::Session session(config);
  {
    Progress progress("training", request.iterations);
    session.execute(session::Run{});
    for (std::int64_t i = 0; i < request.iterations && session.wants_to_iterate(); ++i) {
      session.iterate();
      progress.update(i + 1);
    }
    session.execute(session::Pause{});
  }
  session::Snapshot snapshot = session.snapshot();
  if (snapshot.divergence)
    err << "backflow: training stopped at iteration " << snapshot.divergence->iteration << ": "
        << training::describe(*snapshot.divergence) << "; the figures show that iteration\n";
  using figure::FigureInfo;
  const auto any = [&](bool FigureInfo::*needs) {
    return std::any_of(jobs.begin(), jobs.end(), [&](const Job& job) { return job.info->*needs; });
  };
  session::attach(
      session::analyse(snapshot.record, {.norm = request.norm,
                                         .sequence = request.sequence - 1,
                                         .block = request.block,
                                         .epsilon = request.epsilon,
                                         .product = request.product,
                                         .spectra = any(&FigureInfo::needs_spectra),
                                         .chain = any(&FigureInfo::needs_chain),
                                         .contributions = any(&FigureInfo::needs_contributions)}),
      snapshot);
  return snapshot;
}

// Returns an empty string, or one sentence.
std::string carry_out(const Job& job, const session::Snapshot& snapshot,
                      const ExportRequest& request, std::ostream& out) {
  figure::View view;
  view.sequence = request.sequence - 1;
  if (request.playhead) view.playhead = figure::Playhead{*request.playhead};
  if (job.path == "-") {
    job.info->write_csv(snapshot, view, [&](std::string_view text) { out << text; });
    return out.flush() ? "" : "standard output could not be written";
  }
  const figure::Size size{request.width.value_or(job.info->default_size.width),
                          request.height.value_or(job.info->default_size.height)};
  const std::string bytes =
      exporting::render(*job.info, snapshot, view, request.style, size, job.format);
  return exporting::write_file_atomically(job.path, bytes);
}

}  // namespace

int export_figures(const config::Config& config, const ExportRequest& request, std::ostream& out,
                   std::ostream& err) {
  std::vector<Job> jobs;
  if (const std::string error = plan(config, request, jobs); !error.empty()) {
    err << "backflow: " << error << '\n';
    return kBadUsage;
  }
  if (!request.all_directory.empty()) {
    std::error_code failure;
    std::filesystem::create_directories(request.all_directory, failure);
    if (failure) {
      err << "backflow: the directory " << request.all_directory
          << " could not be made: " << failure.message() << '\n';
      return kBadUsage;
    }
  }
  const session::Snapshot snapshot = train(config, request, jobs, err);
  for (const Job& job : jobs) {
    if (const std::string error = carry_out(job, snapshot, request, out); !error.empty()) {
      err << "backflow: " << error << '\n';
      return kFailure;
    }
    if (job.path != "-") out << job.path << '\n';
  }
  return kSuccess;
}

}  // namespace backflow::cli
