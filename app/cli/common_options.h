// Options that several subcommands have.
#pragma once

#include <cstdint>

#include "app/cli/arguments.h"

namespace backflow::cli {

/// --set KEY=VALUE.
void add_set_option(CLI::App& app, Arguments& arguments);
/// Other names of the keys that a person who brings a network or data wants to set.
void add_file_options(CLI::App& app, Arguments& arguments);
/// --session.
void add_session(CLI::App& app, Arguments& arguments);
/// --session, and which of its networks.
void add_network(CLI::App& sub, Arguments& arguments);
/// --iterations.
void add_iterations(CLI::App& sub, std::int64_t& iterations, const char* help);
/// --norm, --state, --epsilon, --product, --sequence.
void add_map_options(CLI::App& sub, MapRequest& request);
/// --theme.
void add_theme(CLI::App& sub, Arguments& arguments);
/// --colors.
void add_colors(CLI::App& sub, Arguments& arguments);

}  // namespace backflow::cli
