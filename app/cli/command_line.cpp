#include "app/cli/command_line.h"

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/cli/arguments.h"
#include "app/cli/check_command.h"
#include "app/cli/lessons_command.h"
#include "app/cli/list_commands.h"
#include "app/cli/verify_command.h"
#include "app/cli/version.h"
#include "app/lesson/library.h"
#include "core/config/keys.h"
#include "core/config/nearest_match.h"

namespace backflow::cli {
namespace {

constexpr const char* kDescription =
    "Backflow shows how gradients flow back through time in recurrent networks.\n"
    "Without a subcommand it opens the window.";
constexpr const char* kFooter =
    "Examples:\n"
    "  backflow --set task.name=first-bit --set task.steps=50\n"
    "  backflow export --iterations 200 --figure jacobian-norms --output map.svg\n"
    "  backflow export --set model.activation=relu --iterations 100 --figure loss --output - > "
    "loss.csv";

int bad_usage(std::ostream& err, const std::string& sentence) {
  return complain(err, sentence, kBadUsage);
}

// Names of everything that a mistyped word could have been meant as: what the subcommand takes, or
// else the program.
std::vector<std::string> known_words(const CLI::App& app) {
  const auto active = app.get_subcommands();
  const CLI::App& where = active.empty() ? app : *active.front();
  std::vector<std::string> words;
  for (const CLI::App* sub : where.get_subcommands({})) words.push_back(sub->get_name());
  for (const CLI::Option* option : where.get_options()) words.push_back(option->get_name());
  return words;
}

// "backflow verify --help".
std::string help_command(const CLI::App& app) {
  const auto active = app.get_subcommands();
  return "backflow " + (active.empty() ? std::string() : active.front()->get_name() + " ") +
         "--help";
}

std::string sentence_of(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string text = error.what();
    return text.substr(0, text.find(':')) + " needs a value; " + help_command(app) + " tells which";
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return error.what();
  std::vector<std::string> extras = app.remaining(true);
  if (extras.empty()) return error.what();
  // Without the dashes, which would make all options look alike.
  const bool option = extras.front().starts_with("--");
  std::vector<std::string> words;
  for (const std::string& word : known_words(app))
    if (word.starts_with("--") == option) words.push_back(option ? word.substr(2) : word);
  std::string match =
      config::nearest_match(option ? extras.front().substr(2) : extras.front(), words);
  if (option && !match.empty()) match = "--" + match;
  return "unknown argument \"" + extras.front() + "\"" +
         (match.empty() ? "; " + help_command(app) + " lists what there is"
                        : "; did you mean \"" + match + "\"?");
}

// An option before the subcommand that the subcommand has no use for; empty when there is none.
std::string misplaced_option(const CLI::App& app) {
  const auto active = app.get_subcommands();
  if (active.empty()) return {};
  for (const CLI::Option* option : app.get_options())
    if (option->count() > 0 && option->get_name() != "--set" && option->get_name() != "--session" &&
        option->get_group() != kFileOptions)
      return option->get_name() + " is for the window and does not go with " +
             active.front()->get_name();
  return {};
}

// Empty, or one sentence.
std::string make_start(const Arguments& arguments, Start& start) {
  std::vector<std::string> assignments = arguments.files;
  assignments.insert(assignments.end(), arguments.assignments.begin(), arguments.assignments.end());
  if (!arguments.session.empty())
    return start_from(arguments.session, assignments, arguments.network, start);
  if (arguments.network != "A") return "--network is for --session";
  for (const std::string& assignment : assignments)
    if (std::string error = config::set_key_as_meant(start.config, assignment); !error.empty())
      return error;
  return config::validate(start.config);
}

// What a person should know of the network that was opened.
void tell_notes(const config::Config& config, std::ostream& err) {
  if (!config.model.file.stored) return;
  for (const std::string& note : config.model.file.stored->notes)
    complain(err, config.model.file.path + ": " + note);
  if (config::has_targets(config) && !config.model.file.stored->readout.empty() &&
      !config::uses_stored_readout(config))
    complain(err, config.model.file.path + ": the read-out \"" + config.model.file.stored->readout +
                      "\" has other outputs than the targets ask for, or belongs to another layer; "
                      "one was drawn at random");
}

int dispatch(const CLI::App& app, Arguments& arguments, std::ostream& out, std::ostream& err) {
  if (const std::string error = misplaced_option(app); !error.empty()) return bad_usage(err, error);
  using List = void (*)(std::ostream&);
  for (const auto& [name, list] : {std::pair<const char*, List>{"figures", list_figures},
                                   {"tasks", list_tasks},
                                   {"keys", list_keys}})
    if (app.got_subcommand(name)) {
      list(out);
      return kSuccess;
    }

  if (app.got_subcommand("merge")) return merge(arguments.merge, out, err);
  if (app.got_subcommand("lessons")) return lessons(arguments.lessons, out, err);
  if (app.got_subcommand("verify")) {
    if (!arguments.assignments.empty() || !arguments.files.empty() || !arguments.session.empty())
      return bad_usage(err,
                       "verify has configurations of its own; what is set does not change them");
    return verify(arguments.verification, out, err);
  }

  const bool has_settings = !arguments.assignments.empty() || !arguments.files.empty() ||
                            !arguments.session.empty() || arguments.report.iterations > 0;
  if (app.got_subcommand("report") && !arguments.report.lesson.empty() && has_settings)
    return bad_usage(
        err, "a lesson's pages have settings of their own; what is set does not change them");

  Start start;
  if (const std::string error = make_start(arguments, start); !error.empty())
    return bad_usage(err, error);
  if (app.got_subcommand("sweep") && start.session)
    return bad_usage(err, "a sweep trains networks of its own, and takes no --session");
  tell_notes(start.config, err);
  if (const std::string error = complete(app, arguments); !error.empty())
    return bad_usage(err, error);
  if (app.got_subcommand("check")) return check_gradients(start, out, err);
  if (app.got_subcommand("animate")) return animate(start, arguments.animation, out, err);
  if (app.got_subcommand("sweep")) return sweep(start, arguments.sweep, out, err);
  if (app.got_subcommand("report")) return write_report(start, arguments.report, out, err);
  if (app.got_subcommand("export")) return export_figures(start, arguments.request, out, err);
#ifdef BACKFLOW_HAS_WINDOW
  if (!arguments.window.lesson.empty() && start.session)
    return bad_usage(err, "a lesson has networks of its own, and takes no --session");
  if (lesson::Lesson ignored; !arguments.window.lesson.empty())
    if (const std::string error = lesson::find_lesson(arguments.window.lesson, ignored);
        !error.empty())
      return bad_usage(err, error);
  return run_window(start, arguments.window);
#else
  return complain(err,
                  "this build has no window (BACKFLOW_WINDOW=OFF); backflow export writes figures");
#endif
}

int parse_and_run(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  Arguments arguments;
  CLI::App app(kDescription, "backflow");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("backflow ") + kVersion);
  app.require_subcommand(0, 1);
  app.fallthrough(false);
  add_options(app, arguments);
  try {
    app.parse(argc, argv);
    return dispatch(app, arguments, out, err);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    out << (chosen.empty() ? app.help() : chosen.front()->help("backflow"));
    return kSuccess;
  } catch (const CLI::CallForVersion& version) {
    out << version.what() << '\n';
    return kSuccess;
  } catch (const CLI::ParseError& error) {
    return bad_usage(err, sentence_of(app, error));
  } catch (const std::bad_alloc&) {
    return complain(err, "out of memory; try fewer steps, units or sequences");
  } catch (const std::exception& error) {
    return complain(err, error.what());
  }
}

}  // namespace

int complain(std::ostream& err, std::string_view sentence, int code) {
  err << "backflow: " << sentence << '\n';
  return code;
}

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  const int code = parse_and_run(argc, argv, out, err);
  // Results that nobody received are a failure.
  if (code != kSuccess || out.flush()) return code;
  return complain(err, "standard output could not be written");
}

}  // namespace backflow::cli
