#include "app/ui/weights_panel.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "app/figure/number_format.h"
#include "app/figure/quantity_names.h"
#include "app/figure/text_markup.h"
#include "app/ui/inline_edit.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/theme.h"
#include "core/config/keys.h"
#include "core/model/norm.h"

namespace backflow::ui {
namespace {

using model::BlockChange;
using model::Index;

constexpr const char* kFreeze = "training.freeze_recurrent";
constexpr const char *kEntry = "W_hh entry", *kEntries = "W_hh entries";
constexpr double kKeyText = 12.0;
constexpr double kLine = 26.0, kField = 22.0, kGap = 6.0;  // units
constexpr double kFreezeWidth = 124.0, kBlockWidth = 92.0, kLeastChange = 40.0;
constexpr double kUnitsPerLimit = 80.0;  // of the mouse, from 0 to the deepest colour

struct BlockWords {
  BlockChange change;
  const char* value;
  const char* title;
  const char* what;  ///< for undo: "Transpose" W_hh
};
constexpr BlockWords kChanges[] = {
    {BlockChange::transpose, "transpose", "transpose", "Transpose"},
    {BlockChange::zero_diagonal, "zero-diagonal", "diagonal to 0", "Zero the diagonal of"},
    {BlockChange::identity, "identity", "identity", "Identity as"},
    {BlockChange::orthogonal, "orthogonal", "random orthogonal", "Orthogonal"},
    {BlockChange::flip_sign, "flip-sign", "flip the sign", "Flip the sign of"},
};

std::string name_of(const session::Snapshot& snapshot, Index gate) {
  return figure::gate_weights(snapshot.record->model.cell, gate);
}

// A finite number as typed, with either minus sign.
std::optional<double> number_of(std::string text) {
  const std::string minus = "−";
  if (const std::size_t at = text.find(minus); at != std::string::npos)
    text.replace(at, minus.size(), "-");
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  while (*end == ' ') ++end;
  if (end == text.c_str() || *end != '\0' || !std::isfinite(value)) return std::nullopt;
  return value;
}

void send(const PanelServices& services, model::WeightEdit edit, std::string title) {
  services.send(session::SetRecurrentWeights{std::move(edit), std::move(title)});
}

// The selected row; nothing where the matrix shown has none of that number.
std::optional<Index> selected_row(const session::Snapshot& snapshot, const figure::View& view) {
  const bool there =
      view.weight_row && *view.weight_row < snapshot.record->model.parameters.hidden_size();
  return there ? view.weight_row : std::nullopt;
}

Index row_of(const session::Snapshot& snapshot, const figure::View& view, Index row) {
  return figure::shown_gate(snapshot, view) * snapshot.record->model.parameters.hidden_size() + row;
}

// The present value, wherever a walk has stopped.
double present_entry(const session::Snapshot& snapshot, const figure::View& view,
                     figure::Entry entry) {
  return session::present_weights(snapshot).W_hh(row_of(snapshot, view, entry.row), entry.col);
}

void send_entry(const PanelServices& services, const session::Snapshot& snapshot,
                const figure::View& view, figure::Entry entry, double value) {
  send(services, model::SetEntry{row_of(snapshot, view, entry.row), entry.col, value},
       fmt::format("Entry ({}, {}) of {}", entry.row + 1, entry.col + 1,
                   name_of(snapshot, figure::shown_gate(snapshot, view))));
}

}  // namespace

void WeightsPanel::draw(UiContext& ui, const Rect& rect, FigurePanel& panel,
                        const session::Snapshot& snapshot, const PanelServices& services,
                        ViewState& shared) {
  figure::View& view = shared.view;
  const Rect line{rect.x + ui.px(9.0), rect.y + ui.px(FigurePanel::kBar), rect.width - ui.px(18.0),
                  ui.px(kField)};
  draw_first_line(ui, line, snapshot, services, view);
  draw_second_line(ui, {line.x, line.y + ui.px(kLine), line.width, line.height}, snapshot, services,
                   view);
  const Interaction state =
      panel.draw(ui, rect, FigurePanel::kBar + 2.0 * kLine, snapshot, view, services.textures);
  if (!panel.figure().plot) return;
  use_mouse(ui, panel, state, snapshot, services, view);
  use_keys(ui, panel, snapshot, view);
  draw_typing(ui, panel, snapshot, services, view);
}

void WeightsPanel::draw_first_line(UiContext& ui, Rect line, const session::Snapshot& snapshot,
                                   const PanelServices& services, figure::View& view) {
  const model::CellLayout& layout = model::layout_of(snapshot.record->model);
  const Index gate = figure::shown_gate(snapshot, view);
  if (fits(ui, line, kFreezeWidth))
    draw_freeze(ui, take_right(ui, line, kFreezeWidth), snapshot, services);
  if (layout.gate_count() > 1 && fits(ui, line, kBlockWidth))
    draw_block(ui, take_right(ui, line, kBlockWidth), snapshot, view);
  const double width = std::min(line.width, ui.px(130.0));
  if (width >= ui.px(kLeastChange))
    draw_changes(ui, {line.x, line.y, width, line.height}, snapshot, services, gate);
}

void WeightsPanel::draw_freeze(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                               const PanelServices& services) {
  const std::string frozen = config::find_key(kFreeze)->get(snapshot.config);
  const auto chosen = segmented(
      ui,
      {"Freeze W_hh",
       "Whether training changes W_{hh}\nfrozen: its gradient is still computed and shown, "
       "the update leaves it alone;\nwhat you change by hand counts all the same",
       rect},
      {{"off", "trained"}, {"on", "frozen"}}, frozen);
  if (chosen) services.send(session::SetKey{kFreeze, *chosen});
}

void WeightsPanel::draw_block(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                              figure::View& view) {
  const model::CellLayout& layout = model::layout_of(snapshot.record->model);
  std::vector<Option> options;
  for (Index g = 0; g < layout.gate_count(); ++g)
    options.push_back(
        {std::to_string(g), name_of(snapshot, g) + "  " +
                                std::string(layout.gates[static_cast<std::size_t>(g)].name)});
  const auto block = combo(
      ui,
      {"Block of W_hh", "Which gate's block of the recurrent weights is shown and changed", rect},
      options, std::to_string(figure::shown_gate(snapshot, view)));
  if (!block) return;
  view.weight_gate = std::strtol(block->c_str(), nullptr, 10);
  view.weight_row.reset();
}

void WeightsPanel::draw_changes(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                                const PanelServices& services, Index gate) {
  std::vector<Option> options;
  for (const BlockWords& words : kChanges) options.push_back({words.value, words.title});
  const auto chosen = combo(ui,
                            {"Change W_hh",
                             "Changes the whole matrix, of a gated cell the block shown\n"
                             "Everything else stays: curves, optimiser, the other weights.",
                             rect},
                            options, "", "change to …");
  if (!chosen) return;
  for (const BlockWords& words : kChanges)
    if (*chosen == words.value)
      send(services,
           model::ChangeBlock{words.change, gate, 1.0,
                              snapshot.config.model.weights.seed + ++draws_},
           std::string(words.what) + " " + name_of(snapshot, gate));
}

void WeightsPanel::draw_second_line(UiContext& ui, const Rect& line,
                                    const session::Snapshot& snapshot,
                                    const PanelServices& services, const figure::View& view) {
  const double third = (line.width - 2.0 * ui.px(kGap)) / 3.0;
  const Index gate = figure::shown_gate(snapshot, view);
  if (!ImGui::IsMouseDown(0)) asked_.reset();
  Rect field{line.x, line.y, third, line.height};
  size_slider(ui, field, snapshot, services, gate, BlockChange::scale_radius);
  field.x += third + ui.px(kGap);
  size_slider(ui, field, snapshot, services, gate, BlockChange::scale_singular);
  field.x += third + ui.px(kGap);
  draw_row(ui, field, snapshot, services, view);
}

void WeightsPanel::size_slider(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                               const PanelServices& services, Index gate, BlockChange change) {
  const bool radius = change == BlockChange::scale_radius;
  const std::string symbol = radius ? "ρ" : "σ_{1}";
  const bool measured = snapshot.analysis &&
                        snapshot.analysis->record->model.cell == snapshot.record->model.cell &&
                        gate == model::layout_of(snapshot.record->model).new_state_block;
  double value = std::nan("");
  if (measured)
    value = radius ? snapshot.analysis->spectral_radius : snapshot.analysis->largest_singular_value;
  if (asked_ && asked_->first == change) value = asked_->second;
  const std::string shown =
      std::isnan(value) ? symbol + " = …" : symbol + " = " + figure::compact(value);
  SliderRange range{1e-4, 10.0, true, false, 1.0, {}};
  const std::string what = radius ? "Scales the matrix to this spectral radius, its largest |λ|"
                                  : "Scales the matrix to this largest singular value, the most "
                                    "it stretches any direction";
  const std::string where = measured ? "" : "\nmeasured of the block that makes the new state only";
  const auto input = slider(ui,
                            {radius ? "W_hh radius" : "W_hh singular value",
                             what + where + "\ndrag, or double-click to type", rect},
                            range, value, shown);
  if (!input) return;
  const auto wanted = number_of(input->text);
  if (!wanted || !(*wanted > 0.0)) return;
  if (!input->typed) asked_ = {change, *wanted};
  send(services, model::ChangeBlock{change, gate, *wanted},
       "Scale " + name_of(snapshot, gate) + " to " + symbol + " = " + figure::compact(*wanted));
}

void WeightsPanel::draw_row(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                            const PanelServices& services, const figure::View& view) {
  const std::optional<Index> selected = selected_row(snapshot, view);
  const bool any = selected.has_value();
  if (!ImGui::IsMouseDown(0)) row_norm_.reset(), row_factor_ = 1.0;
  const std::string text =
      any ? fmt::format("row {} × {}", *selected + 1, figure::compact(row_factor_))
          : "select a row";
  const auto input = slider(
      ui,
      {"W_hh row factor",
       "Multiplies a row of the matrix: all that goes into one unit\nClick the row's number in "
       "the picture first; then drag, or double-click to type a factor.",
       rect, any},
      {0.1, 10.0, true, false, {}, {}}, any ? row_factor_ : std::nan(""), text);
  if (!input || !any) return;
  const auto factor = number_of(input->text);
  if (!factor) return;
  const Index row = row_of(snapshot, view, *selected);
  const std::string title = fmt::format("Scale row {} of {}", *selected + 1,
                                        name_of(snapshot, figure::shown_gate(snapshot, view)));
  if (input->typed) return send(services, model::ScaleRow{row, *factor}, title);
  // While it is dragged the factor counts from where the row was when that began.
  if (!row_norm_) row_norm_ = model::norm_of(session::present_weights(snapshot).W_hh.row(row));
  row_factor_ = *factor;
  send(services, model::SetRowNorm{row, *row_norm_ * *factor}, title);
}

void WeightsPanel::use_mouse(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                             const session::Snapshot& snapshot, const PanelServices& services,
                             figure::View& view) {
  if (!state.held) drag_.reset();
  if (drag_) return drag_entry(ui, snapshot, services, view);
  const figure::Point pointer = panel.pointer(ui);
  const auto entry = state.hovered ? figure::entry_at(panel.figure(), pointer) : std::nullopt;
  const auto label = state.hovered ? figure::row_label_at(panel.figure(), pointer) : std::nullopt;
  if (label) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    ui.tooltip = fmt::format("row {}: click to scale it with the field above", *label + 1);
    if (state.clicked && figure::row_label_at(panel.figure(), panel.pressed_at(ui)) == label)
      view.weight_row = view.weight_row == label ? std::nullopt : std::optional(*label);
    return;
  }
  if (!entry) return;
  const double value = present_entry(snapshot, view, *entry);
  ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
  if (!ui.tooltip.empty())
    ui.tooltip += "\ndrag up or down to change it, with Shift finely; double-click to type";
  if (state.double_clicked) {
    type_entry(ui, snapshot, view, *entry);
  } else if (state.held && ImGui::IsMouseClicked(0)) {
    drag_ = {*entry, value, figure::weight_limit(snapshot, view)};
  }
}

void WeightsPanel::drag_entry(UiContext& ui, const session::Snapshot& snapshot,
                              const PanelServices& services, const figure::View& view) {
  ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
  const ImGuiIO& io = ImGui::GetIO();
  const double fine = io.KeyShift ? 0.1 : 1.0;
  const double step = fine * drag_->limit / (10.0 * kUnitsPerLimit);
  const bool moved = io.MouseDelta.y != 0.0f;
  drag_->value -= io.MouseDelta.y / ui.scale * drag_->limit / kUnitsPerLimit * fine;
  const double value = std::round(drag_->value / step) * step;
  ui.tooltip = fmt::format("w_{{{},{}}} = {}", drag_->entry.row + 1, drag_->entry.col + 1,
                           figure::compact(value));
  if (moved && ImGui::IsMouseDragging(0, 2.0f))
    send_entry(services, snapshot, view, drag_->entry, value);
}

void WeightsPanel::type_entry(UiContext& ui, const session::Snapshot& snapshot,
                              const figure::View& view, figure::Entry entry) {
  typing_ = entry;
  begin_edit(ui, kEntry, fmt::format("{:.6g}", present_entry(snapshot, view, entry)));
}

// Reached with Tab: arrows go from entry to entry, Enter types the marked one.
void WeightsPanel::use_keys(UiContext& ui, const FigurePanel& panel,
                            const session::Snapshot& snapshot, const figure::View& view) {
  const Widget widget{kEntries, "", panel.on_screen(ui, panel.figure().plot->rect)};
  const bool enter = take_focus(ui, widget);
  const auto move = arrow_move(ui, widget);
  if (!move) return;
  const Index last = snapshot.record->model.parameters.hidden_size() - 1;
  marked_.col = std::clamp<Index>(marked_.col + move->first, 0, last);
  marked_.row = std::clamp<Index>(marked_.row + move->second, 0, last);
  const Rect cell = panel.on_screen(ui, figure::entry_rect(panel.figure(), marked_));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRect(top_left(inset(cell, -ui.px(1.0))), bottom_right(inset(cell, -ui.px(1.0))),
               to_imgui(ui.colors().text), 0.0f, 0, static_cast<float>(ui.px(2.0)));
  if (typing_) return;
  const std::string text =
      fmt::format("w_{{{},{}}} = {}   Enter: type", marked_.row + 1, marked_.col + 1,
                  figure::compact(present_entry(snapshot, view, marked_)));
  const double width = figure::text_width(text, ui.px(kKeyText)) + ui.px(12.0);
  const double height = ui.px(kField), whole_right = widget.rect.right();
  const double x = std::max(widget.rect.x, std::min(cell.x, whole_right - width));
  const bool above = cell.y - height > widget.rect.y;
  const Rect label{x, above ? cell.y - height - ui.px(3.0) : cell.bottom() + ui.px(3.0), width,
                   height};
  list.AddRectFilled(top_left(label), bottom_right(label), to_imgui(ui.colors().panel),
                     static_cast<float>(ui.px(4.0)));
  list.AddRect(top_left(label), bottom_right(label), to_imgui(ui.colors().accent),
               static_cast<float>(ui.px(4.0)));
  draw_text(ui, label, text, kKeyText, ui.colors().text, figure::HAlign::center);
  if (enter) type_entry(ui, snapshot, view, marked_);
}

void WeightsPanel::draw_typing(UiContext& ui, const FigurePanel& panel,
                               const session::Snapshot& snapshot, const PanelServices& services,
                               const figure::View& view) {
  if (!typing_) return;
  if (std::max(typing_->row, typing_->col) >= snapshot.record->model.parameters.hidden_size()) {
    typing_.reset();
    end_edit(ui, kEntry);
    return;
  }
  const Rect cell = figure::entry_rect(panel.figure(), *typing_);
  const double width = std::max(ui.px(cell.width), ui.px(72.0)), height = ui.px(kField);
  const ImVec2 middle =
      panel.on_screen(ui, figure::Point{cell.x + cell.width / 2.0, cell.y + cell.height / 2.0});
  const Widget widget{kEntry,
                      "The entry's new value; Enter takes it, Esc leaves it as it was",
                      {middle.x - width / 2.0, middle.y - height / 2.0, width, height}};
  if (!is_edited(ui, widget)) {
    typing_.reset();
    return;
  }
  const auto text = edit(ui, widget);
  const auto value = text ? number_of(*text) : std::nullopt;
  if (value) send_entry(services, snapshot, view, *typing_, *value);
}

}  // namespace backflow::ui
