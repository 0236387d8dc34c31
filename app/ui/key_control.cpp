#include "app/ui/key_control.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/key_groups.h"
#include "app/ui/widgets.h"

namespace backflow::ui {
namespace {

constexpr double kLabelShare = 0.49, kTextSize = 12.0;

std::string help_of(const config::Key& key) {
  std::string text = key.title + (key.symbol.empty() ? "" : "  " + key.symbol);
  text += "\n" + figure::subscripts_to_markup(key.description);
  if (key.kind == config::KeyKind::text)
    text += "\n" + config::allowed_values(key) + "; click to type or paste";
  else if (key.kind != config::KeyKind::choice)
    text += "\n" + config::allowed_values(key) + "; double-click to type";
  if (key.effect == config::KeyEffect::restart) text += "\nA change starts again with new weights.";
  return text + "\n--set " + key.name + "=…";
}

// The name at the left, and its symbol where there is room for both.
void draw_label(UiContext& ui, const Rect& label, const config::Key& key) {
  draw_text(ui, label, key.title, kTextSize, ui.colors().text);
  const double used = figure::text_width(key.title, ui.px(kTextSize)) +
                      figure::text_width(key.symbol, ui.px(kTextSize)) + ui.px(4.0);
  if (used < label.width)
    draw_text(ui, label, key.symbol, kTextSize, ui.colors().muted_text, figure::HAlign::right);
}

// All options have room beside one another.
bool fits_segmented(const UiContext& ui, const Widget& widget, const std::vector<Option>& options) {
  double widest = 0.0;
  for (const Option& option : options)
    widest = std::max(widest, figure::text_width(option.title, ui.px(kTextSize)));
  return (widest + ui.px(6.0)) * static_cast<double>(options.size()) <= widget.rect.width;
}

std::optional<std::string> choice_control(UiContext& ui, const Widget& widget,
                                          const config::Key& key, const config::Config& config,
                                          const std::string& value) {
  std::vector<Option> options;
  for (const config::Choice& choice : key.choices) options.push_back({choice.name, choice.title});
  if (key.has_auto) options.front().title = "automatic: " + shown_value(key, config, "auto");
  return fits_segmented(ui, widget, options)
             ? segmented(ui, widget, options, value)
             : combo(ui, widget, options, value, shown_value(key, config, value));
}

std::optional<std::string> number_control(UiContext& ui, const Widget& widget,
                                          const config::Key& key, const config::Config& config,
                                          const std::string& value,
                                          std::optional<double> measured) {
  SliderRange range{key.min, key.max, key.logarithmic, key.kind == config::KeyKind::integer,
                    {},      {}};
  std::string text = shown_value(key, config, value);
  double at = std::strtod(value.c_str(), nullptr);
  if (value == "auto") {
    at = std::strtod(text.substr(text.find('(') + 1).c_str(), nullptr);
    range.edit_text = value;
  }
  if (measured) {
    range.mark = 1.0;  // where a linear network neither forgets nor explodes
    at = *measured;
    text = std::isnan(at) ? "–" : figure::compact(at);
  }
  const auto input = slider(ui, widget, range, at, text);
  return input ? std::optional(input->text) : std::nullopt;
}

}  // namespace

std::optional<std::string> key_control(UiContext& ui, const Rect& row, const config::Key& key,
                                       const config::Config& config, const std::string& value,
                                       std::optional<double> measured) {
  const double label_width = row.width * kLabelShare;
  draw_label(ui, {row.x, row.y, label_width - ui.px(5.0), row.height}, key);
  const Widget widget{
      key.title, help_of(key), {row.x + label_width, row.y, row.width - label_width, row.height}};
  switch (key.kind) {
    case config::KeyKind::choice:
      return choice_control(ui, widget, key, config, value);
    case config::KeyKind::text:
      return text_field(ui, widget, value, key.name == "task.file" ? "built-in" : "path …");
    case config::KeyKind::integer:
    case config::KeyKind::real:
      break;
  }
  return number_control(ui, widget, key, config, value, measured);
}

}  // namespace backflow::ui
