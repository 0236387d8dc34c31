#include "app/ui/controls_panel.h"

#include <algorithm>
#include <limits>

#include "app/figure/text_markup.h"
#include "app/ui/icons.h"
#include "app/ui/inline_edit.h"
#include "app/ui/key_change.h"
#include "app/ui/key_control.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace backflow::ui {
namespace {

constexpr double kRow = 26.0, kGap = 4.0, kPad = 10.0, kTop = 8.0, kHeader = 27.0;
constexpr double kLeastScrolled = 130.0;  // units that the groups need to be worth their own scroll

// The present value of a key that names a property of W_hh, which training moves; nothing for other
// keys.
std::optional<double> measured(std::string_view name, const session::Snapshot& snapshot) {
  if (name == "model.spectral_radius") return snapshot.spectral_radius;
  if (name == "model.singular_value")
    return snapshot.analysis ? snapshot.analysis->largest_singular_value
                             : std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

// "Adam, β_{1} = 0.95, …": as many as there is room for.
std::string summary(const std::vector<std::string>& parts, double size, double width) {
  std::string text;
  for (const std::string& part : parts) {
    const std::string longer = text.empty() ? part : text + ", " + part;
    const bool last = &part == &parts.back();
    if (figure::text_width(longer + (last ? "" : ", …"), size) > width)
      return text.empty() ? "changed" : text + ", …";
    text = longer;
  }
  return text;
}

std::string help_of(KeyGroup group, const config::Config& config) {
  std::string text = title_of(group) + ": ";
  const auto keys = applicable_keys(group, config);
  for (const config::Key* key : keys) text += (key == keys.front() ? "" : ", ") + key->title;
  std::string changed;
  for (const std::string& part : differences(group, config))
    changed += (changed.empty() ? "\nchanged: " : ", ") + part;
  return text + changed;
}

}  // namespace

void ControlsPanel::draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                         const Send& send) {
  if (std::exchange(of_b_, snapshot.is_b) != snapshot.is_b) {
    // Another network: what was asked of the first one is not its.
    pending_.clear();
    asks_for_matrix_ = starts_asking_ = false;
  }
  const double pad = ui.px(kPad);
  Rect row{rect.x + pad, rect.y + ui.px(kTop), rect.width - 2 * pad, ui.px(kRow)};
  const auto count = applicable_keys(KeyGroup::essential, snapshot.config).size();
  const double essentials = ui.px(static_cast<double>(count) * (kRow + kGap) + kTop + kGap);
  const bool pinned = rect.height - essentials >= ui.px(kLeastScrolled);
  if (!pinned) {
    scrolled_part(ui, rect, rect, snapshot, send);
    return;
  }
  rows(ui, row, KeyGroup::essential, snapshot, send);
  const double top = rect.y + essentials;
  const auto y = static_cast<float>(std::round(top));
  ImGui::GetWindowDrawList()->AddLine({static_cast<float>(rect.x), y},
                                      {static_cast<float>(rect.right()), y},
                                      to_imgui(ui.colors().grid));
  scrolled_part(ui, rect, {rect.x, top + 1.0, rect.width, rect.bottom() - top - 1.0}, snapshot,
                send);
}

void ControlsPanel::scrolled_part(UiContext& ui, const Rect& panel, const Rect& rect,
                                  const session::Snapshot& snapshot, const Send& send) {
  const bool with_essentials = rect.y <= panel.y;
  ImGui::SetCursorScreenPos(top_left(rect));
  ImGui::BeginChild("controls",
                    ImVec2(static_cast<float>(rect.width), static_cast<float>(rect.height)));
  // The wheel works in the whole panel, not only where the groups are.
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const Rect pinned{panel.x, panel.y, panel.width, rect.y - panel.y};
  if (pinned.contains({mouse.x, mouse.y}) && ImGui::GetIO().MouseWheel != 0.0f &&
      !ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup))
    ImGui::SetScrollY(ImGui::GetScrollY() -
                      ImGui::GetIO().MouseWheel * static_cast<float>(ui.px(2.0 * kRow)));
  const double pad = ui.px(kPad);
  Rect row{rect.x + pad, rect.y + ui.px(with_essentials ? kTop : kGap) - ImGui::GetScrollY(),
           rect.width - 2 * pad, ui.px(kRow)};
  if (with_essentials) rows(ui, row, KeyGroup::essential, snapshot, send);
  for (const KeyGroup group : kFoldedGroups) {
    const double top = row.y;
    folded_group(ui, row, group, snapshot, send);
    if (just_opened_ != group) continue;
    // All of the group that has room comes into sight.
    just_opened_.reset();
    const double hidden = std::min(row.y - rect.bottom(), top - rect.y);
    if (hidden > 0.0) ImGui::SetScrollY(ImGui::GetScrollY() + static_cast<float>(hidden));
  }
  draw_text(ui, {row.x, row.y, row.width, ui.px(20.0)}, "Drag a field, or double-click to type.",
            11.0, ui.colors().muted_text);
  row.y += ui.px(20.0);
  ImGui::SetCursorScreenPos(top_left(row));
  ImGui::Dummy(ImVec2(1.0f, static_cast<float>(ui.px(6.0))));
  ImGui::EndChild();
}

const config::Config& ControlsPanel::shown_config(const session::Snapshot& snapshot) {
  if (snapshot.config.model.weights.kind == model::RecurrentInit::file) asks_for_matrix_ = false;
  if (!asks_for_matrix_) return snapshot.config;
  with_matrix_ = snapshot.config;
  with_matrix_.model.weights.kind = model::RecurrentInit::file;
  return with_matrix_;
}

void ControlsPanel::rows(UiContext& ui, Rect& row, KeyGroup group,
                         const session::Snapshot& snapshot, const Send& send) {
  const config::Config& config = shown_config(snapshot);
  for (const config::Key* key : applicable_keys(group, config)) {
    if (starts_asking_ && key->name == "model.init_file") {
      starts_asking_ = false;
      begin_edit(ui, key->title, "");
    }
    const std::string value = wanted_value(*key, config, snapshot);
    // Given up, or refused: the list goes back to what is in force.
    if (asks_for_matrix_ && key->name == "model.init_file" &&
        ui.edit.label != ui.full(key->title) && !pending_.contains(key->name))
      asks_for_matrix_ = false;
    // What was asked for rather than measured until the measure belongs to it.
    const bool asked = pending_.contains(key->name);
    const auto chosen = key_control(ui, {row.x, row.y, row.width, ui.px(kRow)}, *key, config, value,
                                    asked ? std::nullopt : measured(key->name, snapshot));
    if (chosen) change(key->name, *chosen, snapshot, send);
    row.y += ui.px(kRow + kGap);
  }
}

void ControlsPanel::folded_group(UiContext& ui, Rect& row, KeyGroup group,
                                 const session::Snapshot& snapshot, const Send& send) {
  const config::Config& config = snapshot.config;
  if (applicable_keys(group, config).empty()) return;
  const double size = ui.px(12.0);
  const Rect header{row.x - ui.px(6.0), row.y, row.width + ui.px(6.0), ui.px(kHeader)};
  // Open, it speaks for itself, and a text would cover it.
  const std::string help = is_open(group) ? std::string() : help_of(group, config);
  const Interaction state = interact(ui, {"Group " + title_of(group), help, header});
  if (state.hovered)
    ImGui::GetWindowDrawList()->AddRectFilled(top_left(header), bottom_right(header),
                                              to_imgui(ui.colors().panel),
                                              static_cast<float>(ui.px(4.0)));
  draw_fold_mark(
      *ImGui::GetWindowDrawList(),
      {header.x + ui.px(5.0), header.y + header.height / 2.0 - ui.px(4.0), ui.px(8.0), ui.px(8.0)},
      is_open(group), to_imgui(ui.colors().muted_text), static_cast<float>(ui.px(1.4)));
  const std::string title = title_of(group);
  const double left = header.x + ui.px(20.0), title_width = figure::text_width(title, size, true);
  draw_text(ui, {left, header.y, title_width + 1.0, header.height}, title, 12.0, ui.colors().text,
            figure::HAlign::left, true);
  const Rect rest{left + title_width + ui.px(10.0), header.y,
                  header.right() - ui.px(6.0) - left - title_width - ui.px(10.0), header.height};
  if (!is_open(group))
    draw_text(ui, rest, summary(differences(group, config), size, rest.width), 12.0,
              ui.colors().muted_text, figure::HAlign::right);
  row.y += header.height + ui.px(1.0);
  if (state.clicked) {
    is_open(group) = !is_open(group);
    if (is_open(group)) just_opened_ = group;
  }
  if (!is_open(group)) return;
  row.y += ui.px(1.0);
  rows(ui, row, group, snapshot, send);
  row.y += ui.px(4.0);
}

std::string ControlsPanel::wanted_value(const config::Key& key, const config::Config& config,
                                        const session::Snapshot& snapshot) {
  const auto found = pending_.find(key.name);
  if (found == pending_.end()) return key.get(config);
  const Pending& pending = found->second;
  const bool taken_up = key.get(snapshot.config) == pending.value;
  // Two snapshots later the session has certainly answered, be it with a refusal; but not while it
  // goes through its iterations again, when all else waits.
  const bool answered =
      taken_up || (!snapshot.going_to && snapshot.revision > pending.revision + 2);
  // The measure comes with the analysis, which may belong to the weights before the change.
  const bool measure_is_known =
      !measured(key.name, snapshot) ||
      (snapshot.analysis &&
       (snapshot.analysis->record == snapshot.record ||
        (snapshot.running && snapshot.analysis->record->iteration > pending.iteration)));
  if (!answered || (taken_up && !measure_is_known)) return pending.value;
  pending_.erase(found);
  return key.get(snapshot.config);
}

void ControlsPanel::change(const std::string& name, const std::string& value,
                           const session::Snapshot& snapshot, const Send& send) {
  // A file is read by the session, never between two frames.
  if (config::find_key(name)->kind == config::KeyKind::text || name == "task.layout") {
    pending_[name] = {value, snapshot.revision, snapshot.iteration};
    send(session::SetKey{name, value});
    return;
  }
  const KeyChange change = plan_change(snapshot.config, name, value);
  answer_ = change.refusal;
  if (name == "model.init")
    asks_for_matrix_ = starts_asking_ = value == "file" && !change.refusal.empty();
  if (!change.refusal.empty()) return;
  for (const Setting& setting : change.settings) {
    pending_[setting.key] = {setting.value, snapshot.revision, snapshot.iteration};
    send(session::SetKey{setting.key, setting.value});
  }
}

}  // namespace backflow::ui
