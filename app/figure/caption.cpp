#include "app/figure/caption.h"

#include <vector>

#include <fmt/format.h>

#include "app/figure/number_format.h"
#include "app/figure/source.h"
#include "app/figure/text_markup.h"
#include "core/config/keys.h"

namespace backflow::figure {
namespace {

// As on the command line, so that it can be copied from there. The seeds are told by themselves.
std::string settings(const config::Config& config) {
  std::string list;
  for (const std::string& assignment : config::differences_from_default(config)) {
    if (assignment.starts_with("task.seed=") || assignment.starts_with("model.seed=")) continue;
    list += (list.empty() ? "" : ", ") + assignment;
  }
  return list.empty() ? "All settings are the defaults."
                      : "Settings: " + list + "; else the defaults.";
}

std::string value_of(std::string_view key, const config::Config& config) {
  return config::find_key(key)->get(config);
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string caption_of(std::string_view what, const session::Snapshot& snapshot,
                       std::string_view program) {
  const std::string source = source_text(snapshot.config);
  return fmt::format("{}. {}{} Weight seed {}, data seed {}, after {} iterations. {}.",
                     capital(std::string(what)), source.empty() ? source : source + ". ",
                     settings(snapshot.config), value_of("model.seed", snapshot.config),
                     value_of("task.seed", snapshot.config), grouped(snapshot.iteration), program);
}

}  // namespace

std::string caption_text(const FigureInfo& info, const session::Snapshot& snapshot,
                         std::string_view program) {
  return caption_of(subscripts_to_markup(info.description), snapshot, program);
}

std::string plain_caption(const FigureInfo& info, const session::Snapshot& snapshot,
                          std::string_view program) {
  return caption_of(plain_text(subscripts_to_markup(info.description)), snapshot, program);
}

Figure build_with_caption(const FigureInfo& info, const session::Snapshot& snapshot,
                          const View& view, const FigureStyle& style, Size size,
                          const std::string& caption, CaptionPlace place) {
  const double font = 0.92 * style.font_size, margin = 0.75 * style.font_size;
  const std::vector<std::string> lines = wrapped(caption, font, size.width - 2.0 * margin);
  const double line = kLineHeight * font;
  const double height = static_cast<double>(lines.size()) * line + margin;
  const bool within = place == CaptionPlace::within;
  if (lines.empty() || (within && height > size.height / 2.0))
    return info.build(snapshot, view, style, size);
  if (within) size.height -= height;
  Figure figure = info.build(snapshot, view, style, size);
  Group group{"caption", std::nullopt, {}};
  double y = figure.height + line / 2.0;
  for (const std::string& text : lines) {
    group.marks.push_back(TextMark{.anchor = {margin, y},
                                   .markup = text,
                                   .size = font,
                                   .color = palette(style.theme).muted_text,
                                   .v_align = VAlign::middle});
    y += line;
  }
  figure.groups.push_back(std::move(group));
  figure.height += height;
  return figure;
}

}  // namespace backflow::figure
