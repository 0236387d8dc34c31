#include "app/ui/transport_bar.h"

#include <cstdlib>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/compare_view.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace backflow::ui {
namespace {

struct Speed {
  double limit;  // iterations per second; 0 as fast as possible
  const char* value;
  const char* title;
};
constexpr Speed kSpeeds[] = {
    {1.0, "1", "1/s"}, {10.0, "10", "10/s"}, {100.0, "100", "100/s"}, {0.0, "max", "max"}};

void draw_speed(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                const TransportActions& actions) {
  std::vector<Option> options;
  std::string current = "max";
  for (const Speed& speed : kSpeeds) {
    options.push_back({speed.value, speed.title});
    if (speed.limit == snapshot.speed_limit) current = speed.value;
  }
  const auto chosen = segmented(
      ui, {"Speed", "Iterations per second while running\nmax: as fast as the processor can", rect},
      options, current);
  for (const Speed& speed : kSpeeds)
    if (chosen && *chosen == speed.value) actions.send(session::SetSpeedLimit{speed.limit});
}

// "2 steps/s", "0.25 steps/s".
std::string pace_text(double pace) {
  return (pace < 9.95 ? figure::compact(pace) : figure::fixed(pace, 0)) + " steps/s";
}

void draw_pace(UiContext& ui, const Rect& rect, Walk& walk) {
  const SliderRange range{Walk::kSlowest, Walk::kFastest, true, false, {}, {}};
  const auto input = slider(ui,
                            {"Pace",
                             "Phase steps per second while playing, 0.25 to 30\n"
                             "drag, or double-click to type",
                             rect},
                            range, walk.pace(), pace_text(walk.pace()));
  if (!input) return;
  const double typed = std::strtod(input->text.c_str(), nullptr);
  if (typed > 0.0) walk.set_pace(typed);
}

// Places one widget beside the other.
class Row {
public:
  Row(const UiContext& ui, const Rect& rect) : ui_(ui), r_{rect.x, rect.y, 0.0, rect.height} {}
  Rect next(double units) {
    r_.x += r_.width + (r_.width > 0.0 ? ui_.px(6.0) : 0.0);
    r_.width = ui_.px(units);
    return r_;
  }
  double end() const { return r_.right(); }

private:
  const UiContext& ui_;
  Rect r_;
};

// The walk through one iteration; parts that reach beyond `end` are left out.
void draw_walk(UiContext& ui, Row& row, double end, const session::Snapshot& snapshot, Walk& walk,
               const Walk::Send& send) {
  const auto room = [&](double units) { return row.end() + ui.px(units + 6.0) <= end; };
  if (!room(58.0 + 66.0 + 58.0 + 12.0)) return;
  if (button(ui, {"Previous step", "One phase step back  (,)", row.next(58.0)}, {"‹ Step"}))
    walk.previous(snapshot, send);
  const char* play_help = "Walk through one iteration: forward, loss, backward, clip, update  (P)";
  if (button(ui, {"Play steps", play_help, row.next(66.0)},
             {walk.playing() ? "Stop" : "Play", walk.playing() ? Icon::pause : Icon::play, false,
              walk.playing()}))
    walk.toggle_play(snapshot, send);
  if (button(ui, {"Next step", "One phase step on; hold the key to go on  (.)", row.next(58.0)},
             {"Step ›"}))
    walk.next(snapshot, send);
  if (!room(94.0)) return;
  draw_pace(ui, row.next(94.0), walk);
  if (!walk.on() || !room(108.0)) return;
  if (button(ui,
             {"Whole iteration", "End the walk: show all of the iteration  (Esc)", row.next(108.0)},
             {"Whole iteration"}))
    walk.end();
}

}  // namespace

void draw_transport_bar(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                        Walk& walk, const TransportActions& actions) {
  const double gap = ui.px(6.0);
  Row row(ui, rect);
  if (snapshot.running) {
    if (button(ui, {"Pause", "Pause training  (Space)", row.next(104.0)},
               {"Pause", Icon::pause, true}))
      actions.send(session::Pause{});
  } else if (button(ui, {"Run", "Train until paused  (Space)", row.next(104.0)},
                    {"Run", Icon::play, true})) {
    actions.send(session::Run{});
  }
  if (button(ui,
             {"Previous iteration", "Back to the state one iteration ago  (←)", row.next(30.0),
              snapshot.iteration > snapshot.timeline.first},
             {"", Icon::step_back}))
    actions.send(session::GoTo{snapshot.iteration - 1});
  if (button(ui,
             {"One iteration",
              "One iteration: forward, loss, backward through time, clip, update  (→)",
              row.next(128.0)},
             {"One iteration", Icon::step}))
    actions.send(session::StepOnce{});
  if (button(ui, {"Reset", "Fresh weights from the weight seed, empty curves  (R)", row.next(84.0)},
             {"Reset", Icon::reset}))
    actions.send(session::Reset{});
  row.next(1.0);
  const Rect caption = row.next(42.0);
  draw_text(ui, caption, "Speed", 12.0, ui.colors().muted_text, figure::HAlign::right);
  draw_speed(ui, row.next(196.0), snapshot, actions);

  Rect right{rect.right() - ui.px(64.0), rect.y, ui.px(64.0), rect.height};
  if (button(ui, {"Help", "Keys, symbols, how to read the pictures  (F1)", right}, {"Help  F1"}))
    actions.toggle_help();
  right = {right.x - gap - ui.px(64.0), rect.y, ui.px(64.0), rect.height};
  const bool dark = ui.theme == figure::Theme::dark;
  if (button(ui, {"Theme", "Light or dark colours  (T)", right}, {dark ? "Light" : "Dark"}))
    actions.toggle_theme();
  right = {right.x - gap - ui.px(kCompareMenu), rect.y, ui.px(kCompareMenu), rect.height};
  draw_compare_menu(ui, right, snapshot, actions.send);
  row.next(1.0);
  draw_walk(ui, row, right.x - gap, snapshot, walk, actions.send);
}

}  // namespace backflow::ui
