#include "app/ui/timeline_bar.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace backflow::ui {
namespace {

constexpr double kTextSize = 12.0;

// Where the session stands, or is about to.
std::uint64_t position(const session::Snapshot& snapshot) {
  return snapshot.going_to.value_or(snapshot.iteration);
}

std::string position_text(const session::Snapshot& snapshot) {
  if (snapshot.going_to) return "going to iteration " + figure::grouped(*snapshot.going_to);
  return fmt::format("iteration {} of {}", figure::grouped(snapshot.iteration),
                     figure::grouped(snapshot.timeline.end));
}

// "0.4 of 256 MB".
std::string memory_text(const session::Timeline& timeline) {
  const auto megabytes = [](std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  const double used = megabytes(timeline.bytes_used);
  const std::string text = used < 0.1    ? "< 0.1"
                           : used < 9.95 ? figure::fixed(used, 1)
                                         : figure::fixed(used, 0);
  return fmt::format("{} of {:.0f} MB", text, megabytes(timeline.bytes_budget));
}

std::string memory_help(const session::Timeline& timeline) {
  std::string text = fmt::format(
      "Memory of the timeline: {} {} to go back to, the changes by hand, and undo\n"
      "Between the states the run is computed again, to the same bits; when memory runs short\n"
      "there are fewer of them, and going back takes longer",
      figure::grouped(timeline.checkpoints), timeline.checkpoints == 1 ? "state" : "states");
  if (timeline.first > 0)
    text += "\nThe earliest iteration that can be returned to: " + figure::grouped(timeline.first);
  return text;
}

std::string undo_help(const char* verb, const std::string& title, const char* key) {
  return (title.empty() ? fmt::format("Nothing to {}", verb)
                        : fmt::format("{} “{}”", verb[0] == 'u' ? "Undo" : "Redo", title)) +
         "  (" + key + ")";
}

// The track in pixels.
struct Track {
  Rect rect;  // of the line's whole length
  std::uint64_t first, end;

  double x(std::uint64_t iteration) const {
    if (end <= first) return rect.x;
    const double share = static_cast<double>(std::clamp(iteration, first, end) - first) /
                         static_cast<double>(end - first);
    return rect.x + share * rect.width;
  }
  std::uint64_t iteration(double at) const {
    const double share = std::clamp((at - rect.x) / std::max(1.0, rect.width), 0.0, 1.0);
    return first +
           static_cast<std::uint64_t>(std::llround(share * static_cast<double>(end - first)));
  }
};

// Earlier branches: a thin line below the track from where each left it, as far as it goes.
void draw_branches(UiContext& ui, const Track& track, const session::Snapshot& snapshot) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const session::Timeline& timeline = snapshot.timeline;
  const bool ahead = timeline.end > snapshot.iteration;
  const std::size_t count = snapshot.ghosts.size() - (ahead && !snapshot.ghosts.empty() ? 1 : 0);
  const figure::Palette& colors = ui.colors();
  const ImU32 color = to_imgui(mix(colors.background, colors.muted_text, 0.75));
  const double middle = track.rect.y + track.rect.height / 2.0;
  const auto thickness = static_cast<float>(ui.px(1.2));
  for (std::size_t i = 0; i < std::min(count, timeline.forks.size()); ++i) {
    const auto from = static_cast<float>(std::round(track.x(timeline.forks[i])));
    const auto to = static_cast<float>(track.x(snapshot.ghosts[i].size()));
    const auto top = static_cast<float>(middle), y = static_cast<float>(middle + ui.px(6.0));
    list.AddLine({from, top}, {from + (y - top) * 0.6f, y}, color, thickness);
    list.AddLine({from + (y - top) * 0.6f, y},
                 {std::max(to, from + (y - top) * 0.6f + thickness), y}, color, thickness);
  }
}

void draw_line(UiContext& ui, const Track& track, const session::Snapshot& snapshot,
               std::uint64_t shown, const Interaction& state) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const figure::Palette& colors = ui.colors();
  const double middle = track.rect.y + track.rect.height / 2.0, half = ui.px(2.0);
  const auto line = [&](double from, double to, ImU32 color) {
    list.AddRectFilled({static_cast<float>(from), static_cast<float>(middle - half)},
                       {static_cast<float>(to), static_cast<float>(middle + half)}, color,
                       static_cast<float>(half));
  };
  const double x = track.x(shown);
  line(track.rect.x, track.rect.right(), to_imgui(colors.grid));
  if (track.end > track.first) {
    line(track.rect.x, track.rect.right(), to_imgui(mix(colors.background, colors.accent, 0.35)));
    line(track.rect.x, x, to_imgui(mix(colors.background, colors.accent, 0.8)));
  }
  draw_branches(ui, track, snapshot);
  const auto radius = static_cast<float>(ui.px(state.held || state.hovered ? 6.0 : 5.0));
  const ImVec2 center{static_cast<float>(x), static_cast<float>(middle)};
  list.AddCircleFilled(center, radius, to_imgui(colors.background));
  list.AddCircleFilled(center, radius - static_cast<float>(ui.px(1.0)), to_imgui(colors.accent));
}

}  // namespace

bool can_step_back(const session::Snapshot& snapshot) {
  return position(snapshot) > snapshot.timeline.first;
}

void step_back(const session::Snapshot& snapshot, const TimelineBar::Send& send) {
  if (can_step_back(snapshot)) send(session::GoTo{position(snapshot) - 1});
}

void TimelineBar::take_keys(const session::Snapshot& snapshot, const Send& send, bool arrows) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput) return;
  if (io.KeyCtrl) {
    if (!key_pressed(Key::z, true)) return;
    if (io.KeyShift)
      send(session::Redo{});
    else
      send(session::Undo{});
    return;
  }
  const std::uint64_t now = position(snapshot);
  if (key_pressed(Key::home)) send(session::GoTo{snapshot.timeline.first});
  if (key_pressed(Key::end)) send(session::GoTo{snapshot.timeline.end});
  if (!io.KeyShift || !arrows) return;
  if (key_pressed(Key::left_arrow, true)) step_back(snapshot, send);
  if (!key_pressed(Key::right_arrow, true)) return;
  if (now < snapshot.timeline.end)
    send(session::GoTo{now + 1});
  else
    send(session::StepOnce{});
}

void TimelineBar::draw_track(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                             const Send& send) {
  const session::Timeline& timeline = snapshot.timeline;
  const double pad = ui.px(8.0);  // for the handle at both ends
  const Track track{{rect.x + pad, rect.y, std::max(1.0, rect.width - 2.0 * pad), rect.height},
                    timeline.first,
                    timeline.end};
  const Widget widget{
      "Timeline",
      "The run so far: drag or click to go to any iteration, bit for bit as it was\n"
      "Shift+← and Shift+→: one iteration; Home, End: first and last\n"
      "Going on from there with a change starts a new branch",
      rect};
  const Interaction state = interact(ui, widget);
  if (state.held && timeline.end > timeline.first) {
    const std::uint64_t target = track.iteration(ImGui::GetIO().MousePos.x);
    if (dragged_to_ != target) {
      dragged_to_ = target;
      send(session::GoTo{target});
    }
  } else if (!state.held) {
    dragged_to_.reset();
  }
  if (const int step = arrow_step(ui, widget); step != 0) {
    const std::uint64_t now = position(snapshot);
    if (step < 0) step_back(snapshot, send);
    if (step > 0 && now < timeline.end) send(session::GoTo{now + 1});
  }
  const std::uint64_t shown = dragged_to_.value_or(position(snapshot));
  draw_line(ui, track, snapshot, shown, state);
  if (!state.hovered && !state.held) return;
  const std::uint64_t under = track.iteration(ImGui::GetIO().MousePos.x);
  if (timeline.end > timeline.first && (state.held || under != shown))
    ui.tooltip = (state.held ? "iteration " : "go to iteration ") + figure::grouped(under);
}

void TimelineBar::draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                       const Send& send) {
  const double gap = ui.px(6.0), size = ui.px(kTextSize);
  const auto width_of = [&](const std::string& text) { return figure::text_width(text, size); };
  Rect left{rect.x, rect.y, ui.px(28.0), rect.height};
  if (button(ui,
             {"Undo", undo_help("undo", snapshot.undo_title, "Ctrl+Z"), left,
              !snapshot.undo_title.empty()},
             {"", Icon::undo}))
    send(session::Undo{});
  left.x += left.width + gap / 2.0;
  if (button(ui,
             {"Redo", undo_help("redo", snapshot.redo_title, "Ctrl+Shift+Z"), left,
              !snapshot.redo_title.empty()},
             {"", Icon::redo}))
    send(session::Redo{});
  Rect middle{left.right() + gap, rect.y, 0.0, rect.height};
  middle.width = std::max(1.0, rect.right() - middle.x);

  const std::string memory = memory_text(snapshot.timeline);
  // Wide enough for digits to come, so that the track does not change its length all the time.
  const double memory_width = std::max(width_of(memory), width_of("< 0.1 of 256 MB")) + 1.0;
  const double least = ui.px(120.0);  // of the track
  if (middle.width - memory_width - gap >= least) {
    const Rect r{rect.right() - memory_width, rect.y, memory_width, rect.height};
    interact(ui, {"Timeline memory", memory_help(snapshot.timeline), r});
    draw_text(ui, r, memory, kTextSize, ui.colors().muted_text, figure::HAlign::right);
    middle.width -= memory_width + gap;
  }
  const std::string where = position_text(snapshot);
  const std::string widest = fmt::format("going to iteration {}", figure::grouped(99'999));
  const double where_width = std::max(width_of(where), width_of(widest)) + 1.0;
  if (middle.width - where_width - gap >= least) {
    draw_text(ui, {middle.x, rect.y, where_width, rect.height}, where, kTextSize, ui.colors().text);
    middle.x += where_width + gap;
    middle.width -= where_width + gap;
  }
  draw_track(ui, middle, snapshot, send);
}

}  // namespace backflow::ui
