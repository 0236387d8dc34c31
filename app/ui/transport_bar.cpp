#include "app/ui/transport_bar.h"

#include <cstdlib>
#include <iterator>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/compare_view.h"
#include "app/ui/theme.h"
#include "app/ui/timeline_bar.h"
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

constexpr double kBehindFile = 8.0;  // more than between the others: the menu is of another kind

// How wide everything is, in units; 0 leaves a part out.
struct Widths {
  double file, run, one, reset, caption, speed, step, play, pace, whole, lessons, compare, theme,
      help;
  bool words;  // on the buttons whose icons say it too

  double total(bool walking, bool files) const {
    constexpr double kGap = 6.0;
    double sum = 30.0 + kGap;  // back
    if (files) sum += file + kGap + kBehindFile;
    for (const double part : {run, one, reset, caption, speed, step, step, play, pace,
                              walking ? whole : 0.0, lessons, compare, theme, help})
      sum += part > 0.0 ? part + kGap : 0.0;
    return sum;
  }
};
// From the roomiest on; keys reach what is left out.
constexpr Widths kWidths[] = {
    {56.0, 104.0, 128.0, 84.0, 42.0, 196.0, 58.0, 66.0, 94.0, 108.0, 70.0, kCompareMenu, 64.0, 64.0,
     true},
    {56.0, 104.0, 30.0, 84.0, 0.0, 188.0, 58.0, 66.0, 94.0, 108.0, 70.0, kCompareMenu, 64.0, 64.0,
     true},
    {48.0, 84.0, 30.0, 72.0, 0.0, 160.0, 30.0, 62.0, 84.0, 44.0, 66.0, kCompareMenu, 52.0, 52.0,
     true},
    {40.0, 36.0, 30.0, 30.0, 0.0, 140.0, 26.0, 30.0, 0.0, 40.0, 60.0, kCompareMenu, 0.0, 34.0,
     false},
    {40.0, 36.0, 30.0, 30.0, 0.0, 0.0, 26.0, 30.0, 0.0, 40.0, 0.0, kCompareMenu, 0.0, 34.0, false},
    {36.0, 32.0, 26.0, 26.0, 0.0, 0.0, 22.0, 26.0, 0.0, 32.0, 0.0, 0.0, 0.0, 26.0, false}};

Widths widths_for(double units, bool walking, bool files) {
  for (const Widths& widths : kWidths)
    if (widths.total(walking, files) <= units) return widths;
  return kWidths[std::size(kWidths) - 1];
}

// The walk through one iteration.
void draw_walk(UiContext& ui, Row& row, const Widths& widths, const session::Snapshot& snapshot,
               Walk& walk, const Walk::Send& send) {
  const bool words = widths.step > 40.0;
  if (button(ui, {"Previous step", "One phase step back  (,)", row.next(widths.step)},
             {words ? "‹ Step" : "‹"}))
    walk.previous(snapshot, send);
  const char* play_help = "Walk through one iteration: forward, loss, backward, clip, update  (P)";
  if (button(ui, {"Play steps", play_help, row.next(widths.play)},
             {!widths.words    ? ""
              : walk.playing() ? "Stop"
                               : "Play",
              walk.playing() ? Icon::pause : Icon::play, false, walk.playing()}))
    walk.toggle_play(snapshot, send);
  if (button(ui,
             {"Next step", "One phase step on; hold the key to go on  (.)", row.next(widths.step)},
             {words ? "Step ›" : "›"}))
    walk.next(snapshot, send);
  if (widths.pace > 0.0) draw_pace(ui, row.next(widths.pace), walk);
  if (!walk.on()) return;
  if (button(ui,
             {"Whole iteration", "End the walk: show all of the iteration  (Esc)",
              row.next(widths.whole)},
             {widths.whole > 100.0 ? "Whole iteration" : "All"}))
    walk.end();
}

// Training: run or pause, single iterations, reset, speed.
void draw_training(UiContext& ui, Row& row, const Widths& widths, const session::Snapshot& snapshot,
                   const TransportActions& actions) {
  const auto word = [&](const char* text) { return widths.words ? text : ""; };
  if (snapshot.running || snapshot.preparing_until) {
    if (button(ui, {"Pause", "Pause training  (Space)", row.next(widths.run)},
               {word("Pause"), Icon::pause, true}))
      actions.send(session::Pause{});
  } else if (button(ui, {"Run", "Train until paused  (Space)", row.next(widths.run)},
                    {word("Run"), Icon::play, true})) {
    actions.send(session::Run{});
  }
  if (button(ui,
             {"Previous iteration", "Back to the state one iteration ago  (←)", row.next(30.0),
              can_step_back(snapshot)},
             {"", Icon::step_back}))
    step_back(snapshot, actions.send);
  if (button(ui,
             {"One iteration",
              "One iteration: forward, loss, backward through time, clip, update  (→)",
              row.next(widths.one)},
             {widths.one > 100.0 ? "One iteration" : "", Icon::step}))
    actions.send(session::StepOnce{});
  if (button(ui,
             {"Reset", "Fresh weights from the weight seed, empty curves  (R)",
              row.next(widths.reset)},
             {word("Reset"), Icon::reset}))
    actions.send(session::Reset{});
  if (widths.caption > 0.0)
    draw_text(ui, row.next(widths.caption), "Speed", 12.0, ui.colors().muted_text,
              figure::HAlign::right);
  if (widths.speed > 0.0) draw_speed(ui, row.next(widths.speed), snapshot, actions);
}

}  // namespace

void draw_transport_bar(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                        Walk& walk, const TransportActions& actions) {
  const bool files = actions.draw_file_menu != nullptr;
  const Widths widths = widths_for(rect.width / ui.scale, walk.on(), files);
  Rect rest = rect;
  if (files) {
    actions.draw_file_menu({rect.x, rect.y, ui.px(widths.file), rect.height});
    const double used = ui.px(widths.file + 6.0 + kBehindFile);
    rest.x += used;
    rest.width -= used;
  }
  Row row(ui, rest);
  draw_training(ui, row, widths, snapshot, actions);
  draw_walk(ui, row, widths, snapshot, walk, actions.send);

  double right = rect.right();
  const auto from_right = [&](double units) {
    const Rect part{right - ui.px(units), rect.y, ui.px(units), rect.height};
    right = part.x - ui.px(6.0);
    return part;
  };
  if (button(ui, {"Help", "Keys, symbols, how to read the pictures  (F1)", from_right(widths.help)},
             {widths.help > 60.0   ? "Help  F1"
              : widths.help > 40.0 ? "Help"
                                   : "?"}))
    actions.toggle_help();
  const bool dark = ui.theme == figure::Theme::dark;
  if (widths.theme > 0.0 &&
      button(ui, {"Theme", "Light or dark colours  (T)", from_right(widths.theme)},
             {dark ? "Light" : "Dark"}))
    actions.toggle_theme();
  if (widths.lessons > 0.0 &&
      button(ui,
             {"Lessons", "Lessons with text, questions and things to try  (F2)",
              from_right(widths.lessons)},
             {"Lessons"}))
    actions.toggle_lessons();
  if (widths.compare > 0.0)
    draw_compare_menu(ui, from_right(widths.compare), snapshot, actions.send);
}

}  // namespace backflow::ui
