#include "app/ui/transport_bar.h"

#include "app/figure/text_markup.h"
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

}  // namespace

void draw_transport_bar(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                        const TransportActions& actions) {
  const double gap = ui.px(6.0);
  Rect r{rect.x, rect.y, 0.0, rect.height};
  const auto next = [&](double units) {
    r.x += r.width + (r.width > 0.0 ? gap : 0.0);
    r.width = ui.px(units);
    return r;
  };
  if (snapshot.running) {
    if (button(ui, {"Pause", "Pause training  (Space)", next(104.0)}, {"Pause", Icon::pause, true}))
      actions.send(session::Pause{});
  } else if (button(ui, {"Run", "Train until paused  (Space)", next(104.0)},
                    {"Run", Icon::play, true})) {
    actions.send(session::Run{});
  }
  if (button(
          ui,
          {"One iteration",
           "One iteration: forward, loss, backward through time, clip, update  (→)", next(128.0)},
          {"One iteration", Icon::step}))
    actions.send(session::StepOnce{});
  if (button(ui, {"Reset", "Fresh weights from the weight seed, empty curves  (R)", next(84.0)},
             {"Reset", Icon::reset}))
    actions.send(session::Reset{});
  next(1.0);
  const Rect caption = next(42.0);
  draw_text(ui, caption, "Speed", 12.0, ui.colors().muted_text, figure::HAlign::right);
  draw_speed(ui, next(196.0), snapshot, actions);

  Rect right{rect.right() - ui.px(64.0), rect.y, ui.px(64.0), rect.height};
  if (button(ui, {"Help", "Keys, symbols, how to read the pictures  (F1)", right}, {"Help  F1"}))
    actions.toggle_help();
  right = {right.x - gap - ui.px(64.0), rect.y, ui.px(64.0), rect.height};
  const bool dark = ui.theme == figure::Theme::dark;
  if (button(ui, {"Theme", "Light or dark colours  (T)", right}, {dark ? "Light" : "Dark"}))
    actions.toggle_theme();
}

}  // namespace backflow::ui
