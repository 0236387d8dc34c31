#include "app/ui/lesson_stage.h"

#include <utility>

#include "app/figure/view.h"
#include "app/ui/figure_panel.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

// From this width of the body on, in units, the page stands beside the controls.
constexpr double kRoomForBoth = 1500.0;
constexpr double kGap = 7.0, kWayBack = 30.0;  // units

std::optional<Card> card_of(const std::string& name) {
  for (const auto& [known, card] : {std::pair("network", Card::network),
                                    {"map", Card::map},
                                    {"loss", Card::loss},
                                    {"norm", Card::norm}})
    if (name == known) return card;
  return std::nullopt;
}

}  // namespace

void LessonStage::end() {
  mode_.close();
  window_.layout.enlarge(std::nullopt);
  if (const auto before = std::exchange(before_, std::nullopt)) window_.panels.restore(*before);
}

void LessonStage::leave() {
  mode_.close();
  before_.reset();
}

// Page Down and Page Up are also what a presenter's remote control sends.
void LessonStage::take_keys() {
  if (!mode_.on()) return;
  if (key_pressed(Key::page_down) && !mode_.next()) return end();
  if (key_pressed(Key::page_up)) mode_.previous();
  if (key_pressed(Key::backspace)) mode_.restore();
}

std::string LessonStage::advance(const session::Snapshot& snapshot,
                                 std::function<void(session::Command)> send,
                                 std::function<void(model::Index position)> begin_walk,
                                 std::function<bool()> is_clear) {
  return mode_.advance(snapshot,
                       {std::move(send), [this](const lesson::Shown& shown) { arrange(shown); },
                        std::move(begin_walk), std::move(is_clear)});
}

void LessonStage::arrange(const lesson::Shown& shown) {
  const auto or_first = [](const std::string& name, const char* first) {
    return name.empty() ? std::string(first) : name;
  };
  Settings arranged = window_.settings();
  if (!before_) before_ = arranged;
  arranged.tabs = {or_first(shown.map, "jacobian-norms"), or_first(shown.loss, "loss"),
                   or_first(shown.norm, "gradient-norm")};
  window_.panels.restore(arranged);
  window_.walk.end();
  window_.layout.enlarge(card_of(shown.large));
  ViewState& state = window_.state;
  figure::View& view = state.view;
  view.pinned.reset();
  if (shown.pin) view.pinned = figure::Cell{shown.pin->first, shown.pin->second};
  view.first_step = view.last_step = std::nullopt;
  view.heatmap_low = view.heatmap_high = std::nullopt;
  view.relief_turn = figure::kReliefTurn;
  view.relief_tilt = figure::kReliefTilt;
  view.sequence = shown.sequence;
  const session::AnalysisOptions usual;
  state.wanted.block = shown.state;
  state.wanted.norm = usual.norm;
  state.wanted.epsilon = usual.epsilon;
  state.wants_folded = shown.folded;
  state.formulas = shown.formulas;
  shows_controls_ = false;
}

Rect LessonStage::draw_beside(UiContext& ui, const session::Snapshot& snapshot, const Rect& body) {
  is_beside_ = mode_.on() && body.width >= ui.px(kRoomForBoth);
  if (!is_beside_) return body;
  const Rect column{body.x, body.y, ui.px(LessonPanel::kWidth), body.height};
  draw_card(ui, column);
  panel_.draw(ui, column, snapshot, mode_, {{}, [this] { end(); }});
  const double used = column.width + ui.px(kGap);
  return {body.x + used, body.y, body.width - used, body.height};
}

double* LessonStage::column_width() { return mode_.on() && !is_beside_ ? &width_ : nullptr; }

Rect LessonStage::draw_instead(UiContext& ui, const session::Snapshot& snapshot,
                               const Rect& column) {
  if (!mode_.on() || is_beside_) return column;
  if (!shows_controls_) {
    panel_.draw(ui, column, snapshot, mode_,
                {[this] { shows_controls_ = true; }, [this] { end(); }});
    return {};
  }
  const double bar = ui.px(kWayBack);
  if (button(ui,
             {"Back to lesson", "The lesson's text again; its network stays as it is now",
              inset({column.x, column.y, column.width, bar + ui.px(6.0)}, ui.px(5.0))},
             {.text = "‹ Lesson: " + mode_.lesson().title, .active = true}))
    shows_controls_ = false;
  return {column.x, column.y + bar, column.width, column.height - bar};
}

void LessonStage::draw_highlight(const UiContext& ui) const {
  if (!mode_.on() || mode_.page().shown.highlight.empty()) return;
  const WidgetInfo* widget = ui.registry.find(mode_.page().shown.highlight);
  if (widget == nullptr) return;
  const Rect frame = inset(widget->rect, -ui.px(2.0));
  ImGui::GetWindowDrawList()->AddRect(top_left(frame), bottom_right(frame),
                                      to_imgui(ui.colors().accent), static_cast<float>(ui.px(5.0)),
                                      0, static_cast<float>(ui.px(2.5)));
}

}  // namespace backflow::ui
