#include "app/ui/export_form.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "app/figure/text_markup.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kLabel = 78.0, kRow = 26.0, kText = 12.0;  // units
constexpr double kStep = 34.0, kNarrowStep = 30.0;          // from row to row
constexpr double kRing = 3.0;  // room for the ring of the keyboard's focus

}  // namespace

ExportDialog::Form::Form(UiContext& ui, const Rect& rect)
    : ui_(ui),
      rect_(inset(rect, ui.px(kRing))),
      y_(rect_.y - ImGui::GetScrollY()),
      step_(ui.px(rect.height < ui.px(12.5 * kStep) ? kNarrowStep : kStep)) {
  if (ImGui::GetScrollMaxY() > 0.0f) rect_.width -= ui.px(12.0);  // room for the bar
}

void ExportDialog::Form::end() {
  ImGui::SetCursorScreenPos({static_cast<float>(rect_.x), static_cast<float>(y_)});
  ImGui::Dummy(ImVec2(1.0f, 1.0f));
}

Rect ExportDialog::Form::row(const char* title) {
  const double label = ui_.px(kLabel), height = ui_.px(kRow);
  draw_text(ui_, {rect_.x, y_, label, height}, title, kText, ui_.colors().muted_text);
  const Rect control{rect_.x + label, y_, rect_.width - label, height};
  y_ += step_;
  return control;
}

std::optional<std::string> ExportDialog::Form::combo(const char* title, const Words& words,
                                                     const std::vector<Option>& options,
                                                     const std::string& current, bool enabled) {
  return ui::combo(ui_, {words.label, words.help, row(title), enabled}, options, current);
}

std::optional<std::string> ExportDialog::Form::segmented(const char* title, const Words& words,
                                                         const std::vector<Option>& options,
                                                         const std::string& current, bool enabled) {
  return ui::segmented(ui_, {words.label, words.help, row(title), enabled}, options, current);
}

std::optional<double> ExportDialog::Form::number(const char* title, const Words& words,
                                                 const SliderRange& range, double value,
                                                 const std::string& text, bool enabled) {
  return number_in(
      {words.label, words.help + "\ndrag, or double-click to type", row(title), enabled}, range,
      value, text);
}

std::optional<double> ExportDialog::Form::number_in(const Widget& widget, const SliderRange& range,
                                                    double value, const std::string& text) {
  const auto input = slider(ui_, widget, range, value, text);
  if (!input || !widget.enabled) return std::nullopt;
  char* end = nullptr;
  const double typed = std::strtod(input->text.c_str(), &end);
  if (end == input->text.c_str() || !std::isfinite(typed)) return std::nullopt;
  return std::clamp(typed, range.min, range.max);
}

std::optional<std::size_t> ExportDialog::Form::switches(const char* title,
                                                        const std::vector<Switch>& list) {
  const Rect all = row(title);
  const double gap = ui_.px(6.0), count = std::max(3.0, static_cast<double>(list.size()));
  const double width = std::floor((all.width - gap * (count - 1.0)) / count);
  std::optional<std::size_t> pressed;
  Rect part{all.x, all.y, width, all.height};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Switch& one = list[i];
    if (button(ui_, {one.label, one.help, part, one.enabled},
               {.text = one.title, .active = one.on && one.enabled}))
      pressed = i;
    part.x += width + gap;
  }
  return pressed;
}

std::optional<std::string> ExportDialog::Form::text(const char* title, const Words& words,
                                                    const std::string& value,
                                                    const std::string& when_empty,
                                                    const std::string& behind) {
  Rect field = row(title);
  if (!behind.empty()) {
    const double width = std::min(figure::text_width(behind, ui_.px(kText)), field.width / 2.0);
    draw_text(ui_, {field.right() - width, field.y, width + 1.0, field.height}, behind, kText,
              ui_.colors().muted_text);
    field.width -= width + ui_.px(6.0);
  }
  return text_field(ui_, {words.label, words.help, field}, value, when_empty);
}

std::pair<Rect, Rect> ExportDialog::Form::halves(const char* title) {
  const Rect all = row(title);
  const double gap = ui_.px(6.0), left = std::floor(all.width * 0.36);
  return {{all.x, all.y, left, all.height},
          {all.x + left + gap, all.y, all.width - left - gap, all.height}};
}

}  // namespace backflow::ui
