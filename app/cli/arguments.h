// What can be written on the command line: the options of each subcommand, and what is put into
// them.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/cli/animate_command.h"
#include "app/cli/export_command.h"
#include "app/cli/lessons_command.h"
#include "app/cli/report_command.h"
#include "app/cli/sweep_command.h"
#include "app/cli/verify_command.h"
#ifdef BACKFLOW_HAS_WINDOW
#include "app/cli/run_window.h"
#endif

namespace backflow::cli {

/// Everything that the parser fills in.
struct Arguments {
  std::vector<std::string> assignments;  // key=value
  std::vector<std::string> files;        // the same from options of their own, set before those
  std::string session;                   // path of its file; empty: none
  std::string network = "A";             // of the session
  ExportRequest request;
  ReportRequest report;
  AnimateRequest animation;
  VerifyRequest verification;
  LessonsRequest lessons;
  SweepRequest sweep;
  MergeRequest merge;
  std::string theme = "light";
  std::string colors = "diverging";
#ifdef BACKFLOW_HAS_WINDOW
  WindowOptions window;
  std::string window_size;
#endif
};

/// The group of options that are other names of configuration keys: for the window and subcommands.
inline constexpr const char* kFileOptions = "Your own network and data";

/// Puts all options and subcommands into the parser, to be filled into `arguments`.
void add_options(CLI::App& app, Arguments& arguments);

/// Takes what came as text apart: colours, sizes. An empty string, or one
/// sentence.
std::string complete(const CLI::App& app, Arguments& arguments);

}  // namespace backflow::cli
