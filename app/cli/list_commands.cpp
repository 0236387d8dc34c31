#include "app/cli/list_commands.h"

#include <string>

#include <fmt/format.h>

#include "app/figure/catalogue.h"
#include "app/figure/text_markup.h"
#include "core/config/keys.h"

namespace backflow::cli {
namespace {

// Descriptions may hold the window's text markup: "h_{t}" reads "h_t" here.
std::string without_braces(std::string text) {
  std::erase_if(text, [](char c) { return c == '{' || c == '}'; });
  return text;
}

}  // namespace

void list_figures(std::ostream& out) {
  for (const figure::FigureInfo& info : figure::catalogue())
    out << fmt::format("{:<16}{}{}\n", info.name, figure::plain_text(info.description),
                       info.options.empty() ? "" : fmt::format(" ({})", info.options));
}

void list_tasks(std::ostream& out) {
  for (const training::TaskInfo& info : training::task_list())
    out << fmt::format("{:<16}{}\n", model::name_of(info.kind), info.description);
}

void list_keys(std::ostream& out) {
  const config::Config defaults;
  for (const config::Key& key : config::keys()) {
    const std::string value = key.get(defaults);
    out << fmt::format("{:<30}{}; {}; default {}\n", key.name,
                       without_braces(std::string(key.description)), config::allowed_values(key),
                       value.empty() ? "nothing" : value);
  }
}

}  // namespace backflow::cli
