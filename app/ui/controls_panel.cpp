#include "app/ui/controls_panel.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "core/config/keys.h"

namespace backflow::ui {
namespace {

constexpr double kRow = 26.0, kGap = 4.0, kPad = 10.0, kLabelShare = 0.44;

// Why a key can not be set now; empty when it can.
std::string why_disabled(const config::Key& key, const config::Config& config) {
  if (training::task_info(config.task.kind).fixed_table &&
      (key.name == "task.steps" || key.name == "task.batch" || key.name == "task.noise" ||
       key.name == "task.seed"))
    return "Fixed by the table; the task first-bit lets you choose it.";
  if (key.name == "training.clip.threshold" &&
      config.training.clip.mode == training::ClipMode::none)
    return "Choose clipping by norm or by value first.";
  return {};
}

bool is_hidden(const config::Key& key, const config::Config& config) {
  return key.name == "model.leaky_slope" &&
         config.model.activation.kind != model::ActivationKind::leaky_relu;
}

std::string help_of(const config::Key& key, const std::string& disabled_because) {
  std::string text = key.title + (key.symbol.empty() ? "" : "  " + key.symbol);
  text += "\n" + key.description;
  if (key.kind != config::KeyKind::choice)
    text += "\n" + config::allowed_values(key) + "; double-click to type";
  if (key.effect == config::KeyEffect::restart) text += "\nA change starts again with new weights.";
  if (!disabled_because.empty()) text += "\n" + disabled_because;
  return text + "\n--set " + key.name + "=…";
}

std::vector<Option> options_of(const config::Key& key) {
  std::vector<Option> options;
  for (const config::Choice& choice : key.choices) options.push_back({choice.name, choice.title});
  return options;
}

// The number that "auto" stands for.
std::string resolved_auto(const config::Key& key, const config::Config& config) {
  const training::TaskOptions task = training::resolved(config.task);
  return std::to_string(key.name == "task.steps" ? task.steps : task.batch);
}

// What the choice "auto" stands for, in the words of the key's own choices; empty for other keys.
std::string automatic_choice(const config::Key& key, const config::Config& config) {
  if (!key.has_auto) return {};
  if (key.name == "task.shape")
    return std::string(model::title_of(training::effective_shape(config.task)));
  return std::string(key.name == "model.readout"
                         ? model::title_of(config::effective_readout(config))
                         : model::title_of(config::effective_loss(config)));
}

bool is_radius(std::string_view name) { return name == "model.spectral_radius"; }

// All options have room beside one another.
bool fits_segmented(const UiContext& ui, const Widget& widget, const std::vector<Option>& options) {
  double widest = 0.0;
  for (const Option& option : options)
    widest = std::max(widest, figure::text_width(option.title, ui.px(12.0)));
  return (widest + ui.px(6.0)) * static_cast<double>(options.size()) <= widget.rect.width;
}

}  // namespace

void ControlsPanel::draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                         const Send& send) {
  ImGui::SetCursorScreenPos(top_left(rect));
  ImGui::BeginChild("controls",
                    ImVec2(static_cast<float>(rect.width), static_cast<float>(rect.height)));
  Rect row{rect.x + ui.px(kPad), rect.y + ui.px(4.0) - ImGui::GetScrollY(),
           rect.width - 2 * ui.px(kPad), ui.px(kRow)};
  group(ui, row, "Network",
        {"model.spectral_radius", "model.activation", "model.leaky_slope", "model.hidden",
         "model.init", "model.initial_state", "model.seed"},
        snapshot, send);
  group(ui, row, "Training",
        {"training.learning_rate", "training.clip.mode", "training.clip.threshold"}, snapshot,
        send);
  group(ui, row, "Task",
        {"task.name", "task.steps", "task.batch", "task.noise", "task.shape", "model.readout",
         "model.loss", "task.seed"},
        snapshot, send);
  draw_text(ui, {row.x, row.y, row.width, ui.px(20.0)}, "Drag a field, or double-click to type.",
            11.0, ui.colors().muted_text);
  row.y += ui.px(20.0);
  ImGui::SetCursorScreenPos(top_left(row));
  ImGui::Dummy(ImVec2(1.0f, static_cast<float>(ui.px(6.0))));
  ImGui::EndChild();
}

void ControlsPanel::group(UiContext& ui, Rect& row, const std::string& title,
                          std::initializer_list<const char*> keys,
                          const session::Snapshot& snapshot, const Send& send) {
  draw_text(ui, {row.x, row.y, row.width, ui.px(30.0)}, title, 13.0, ui.colors().text,
            figure::HAlign::left, true);
  row.y += ui.px(31.0);
  for (const char* name : keys) control(ui, row, name, snapshot, send);
  row.y += ui.px(5.0);
}

std::string ControlsPanel::shown_value(const char* name, const session::Snapshot& snapshot) {
  const config::Key* key = config::find_key(name);
  const auto pending = pending_.find(name);
  if (pending == pending_.end()) return key->get(snapshot.config);
  const bool taken_up = key->get(snapshot.config) == pending->second.value;
  // Two snapshots later the session has certainly answered, be it with a refusal.
  const bool answered = taken_up || snapshot.revision > pending->second.revision + 2;
  if (!answered || (taken_up && is_radius(name) && !radius_is_known(snapshot, pending->second)))
    return pending->second.value;
  pending_.erase(pending);
  return key->get(snapshot.config);
}

// The present spectral radius comes with the analysis, which may belong to the weights before the
// change.
bool ControlsPanel::radius_is_known(const session::Snapshot& snapshot, const Pending& pending) {
  if (!snapshot.analysis) return false;
  return snapshot.analysis->record == snapshot.record ||
         (snapshot.running && snapshot.analysis->record->iteration > pending.iteration);
}

void ControlsPanel::change(const std::string& name, const std::string& value,
                           const session::Snapshot& snapshot, const Send& send) {
  config::Config trial = snapshot.config;
  answer_ = config::set_key(trial, name, value);
  // A table has its own length and number of sequences.
  const bool to_table = name == "task.name" && training::task_info(trial.task.kind).fixed_table;
  if (to_table) trial.task.steps = trial.task.batch = 0;
  if (answer_->empty()) answer_ = config::validate(trial);
  if (!answer_->empty()) return;
  if (to_table)
    for (const char* fixed : {"task.steps", "task.batch"}) send(session::SetKey{fixed, "auto"});
  pending_[name] = {value, snapshot.revision, snapshot.iteration};
  send(session::SetKey{name, value});
}

void ControlsPanel::control(UiContext& ui, Rect& row, const char* name,
                            const session::Snapshot& snapshot, const Send& send) {
  const config::Key& key = *config::find_key(name);
  const config::Config& config = snapshot.config;
  if (is_hidden(key, config)) return;
  const std::string because = why_disabled(key, config);
  const double label_width = row.width * kLabelShare;
  const figure::Color color = because.empty()
                                  ? ui.colors().text
                                  : mix(ui.colors().background, ui.colors().muted_text, 0.55);
  const Rect label{row.x, row.y, label_width - ui.px(6.0), row.height};
  draw_text(ui, label, key.title, 12.0, color);
  const double title_width = figure::text_width(key.title, ui.px(12.0));
  const double symbol_width = figure::text_width(key.symbol, ui.px(12.0));
  if (title_width + symbol_width + ui.px(6.0) < label.width)
    draw_text(ui, label, key.symbol, 12.0, ui.colors().muted_text, figure::HAlign::right);

  const Widget widget{key.title,
                      help_of(key, because),
                      {row.x + label_width, row.y, row.width - label_width, row.height},
                      because.empty()};
  const std::string value = shown_value(name, snapshot);
  std::optional<std::string> chosen;
  if (key.kind == config::KeyKind::choice) {
    std::vector<Option> options = options_of(key);
    const std::string automatic = automatic_choice(key, config);
    if (key.has_auto) options.front().title = "automatic: " + automatic;
    chosen = fits_segmented(ui, widget, options)
                 ? segmented(ui, widget, options, value)
                 : combo(ui, widget, options, value, value == "auto" ? automatic : "");
  } else {
    SliderRange range{key.min, key.max, key.logarithmic, key.kind == config::KeyKind::integer,
                      {},      {}};
    const std::string number = value == "auto" ? resolved_auto(key, config) : value;
    double shown = std::strtod(number.c_str(), nullptr);
    std::string text = value == "auto" ? "auto (" + number + ")" : figure::compact(shown);
    if (is_radius(key.name)) {
      range.mark = 1.0;  // where a linear network neither forgets nor explodes
      // W_hh drifts away from the value that was set: the present one is what counts.
      if (!pending_.contains(name)) shown = snapshot.spectral_radius;
      text = std::isnan(shown) ? "–" : figure::compact(shown);
    }
    if (key.name == "model.seed" || key.name == "task.seed") text = number;
    if (const auto input = slider(ui, widget, range, shown, text)) chosen = input->text;
  }
  if (chosen) change(name, *chosen, snapshot, send);
  row.y += ui.px(kRow + kGap);
}

}  // namespace backflow::ui
