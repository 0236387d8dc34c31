#include "app/ui/compare_view.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/figure/comparison.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/session/comparison.h"
#include "app/ui/divergence_banner.h"
#include "app/ui/key_groups.h"
#include "app/ui/side.h"
#include "app/ui/theme.h"
#include "core/config/keys.h"

namespace backflow::ui {
namespace {

using Send = CompareView::Send;

constexpr double kText = 12.0, kBanner = 34.0;

std::string value_of(const config::Key& key, const config::Config& config) {
  return config::applies(key, config) ? shown_value(key, config, key.get(config)) : "–";
}

// Draws a piece of text and moves on behind it.
void put(UiContext& ui, Rect& rest, const std::string& text, figure::Color color,
         bool bold = false) {
  const double width = figure::text_width(text, ui.px(kText), bold);
  draw_text(ui, {rest.x, rest.y, width + 1.0, rest.height}, text, kText, color,
            figure::HAlign::left, bold);
  rest.x += width;
  rest.width -= width;
}

// Like a segmented control, in the colours of the sides.
bool choose_side(UiContext& ui, const Rect& rect, bool is_b) {
  const figure::Palette& colors = ui.colors();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto rounding = static_cast<float>(ui.px(4.0));
  list.AddRectFilled(top_left(rect), bottom_right(rect), to_imgui(colors.panel), rounding);
  bool chosen = is_b;
  for (const bool b : {false, true}) {
    const Rect part = half(rect, b, 0.0);
    const Interaction state = interact(
        ui,
        {b ? "Controls of=b" : "Controls of=a",
         "Whose settings the controls show and change  (B)\nThe task, its data, the read-out and "
         "the loss are the same for both.\nNew weights let both start again.",
         part});
    const bool on = b == is_b;
    const Rect inside = inset(part, ui.px(1.5));
    if (on || state.hovered)
      list.AddRectFilled(top_left(inside), bottom_right(inside),
                         to_imgui(on ? side_color(colors, b) : colors.grid), rounding);
    draw_text(ui, part, b ? "B" : "A", kText, on ? readable_on(side_color(colors, b)) : colors.text,
              figure::HAlign::center, on);
    if (state.clicked) chosen = b;
  }
  list.AddRect(top_left(rect), bottom_right(rect), to_imgui(colors.grid), rounding);
  return chosen;
}

}  // namespace

void draw_compare_menu(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                       const Send& send) {
  std::vector<Option> options{{"copy", "this network twice"}};
  for (const session::ReadyPair& pair : session::ready_pairs())
    options.push_back({std::string(pair.name), std::string(pair.title)});
  if (snapshot.other) options.push_back({"end", "one network: A"});
  const auto chosen = combo(ui,
                            {"Compare",
                             "Two networks side by side: same task, same data, same iterations\n"
                             "this network twice: then change one of them  (B)\n"
                             "a ready pair starts again with fresh weights",
                             rect},
                            options, "", "Compare");
  if (!chosen) return;
  if (*chosen == "copy")
    send(session::StartComparison{});
  else if (*chosen == "end")
    send(session::EndComparison{});
  else
    send(session::StartPair{*chosen});
}

void CompareView::take_keys(const session::Snapshot& snapshot, const Send& send) {
  if (!key_pressed(Key::b)) return;
  if (!snapshot.other) {
    edits_b_ = true;
    send(session::StartComparison{});
  } else if (ImGui::GetIO().KeyShift) {
    send(edits_b_ ? session::Command(session::KeepB{})
                  : session::Command(session::EndComparison{}));
  } else {
    edits_b_ = !edits_b_;
  }
}

const session::Snapshot& CompareView::edited(const session::Snapshot& snapshot) const {
  return snapshot.other && edits_b_ ? *snapshot.other : snapshot;
}

Send CompareView::sender(const session::Snapshot& snapshot, const Send& send) const {
  if (!snapshot.other || !edits_b_) return send;
  return [send](session::Command command) { send(session::on_b(std::move(command))); };
}

const CompareView::Differences& CompareView::differences(const session::Snapshot& snapshot) {
  if (differences_.revision == snapshot.revision) return differences_;
  differences_ = {};
  differences_.revision = snapshot.revision;
  differences_.help = "What differs between A and B";
  const config::Config &a = snapshot.config, &b = snapshot.other->config;
  for (const config::Key* key : config::differing_keys(a, b)) {
    const Difference& added = differences_.list.emplace_back(
        Difference{key->title, value_of(*key, a), value_of(*key, b)});
    differences_.help += "\n" + added.text();
  }
  const model::Matrix& W_a = session::present_weights(snapshot).W_hh;
  const model::Matrix& W_b = session::present_weights(*snapshot.other).W_hh;
  differences_.same_weights = differences_.list.empty() && W_a.rows() == W_b.rows() &&
                              W_a.cols() == W_b.cols() && W_a == W_b;
  return differences_;
}

// As many as there is room for; the others are counted, and told by the help.
void CompareView::draw_differences(UiContext& ui, const Rect& rect,
                                   const std::vector<Difference>& list) {
  const figure::Palette& colors = ui.colors();
  Rect rest = rect;
  const double gap = ui.px(18.0), more = ui.px(64.0);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Difference& d = list[i];
    const double width = figure::text_width(d.text(), ui.px(kText)) + ui.px(8.0);
    const bool last = i + 1 == list.size();
    if (width + (last ? 0.0 : gap + more) > rest.width) {
      const std::string count = std::to_string(list.size() - i);
      put(ui, rest, i == 0 ? count + " settings differ" : "+ " + count + " more",
          colors.muted_text);
      return;
    }
    put(ui, rest, d.title + "  ", colors.text);
    put(ui, rest, d.a, side_color(colors, false), true);
    put(ui, rest, " | ", colors.muted_text);
    put(ui, rest, d.b, side_color(colors, true), true);
    rest.x += gap;
    rest.width -= gap;
  }
}

void CompareView::draw_bar(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                           const Send& send) {
  draw_card(ui, rect);
  const double pad = ui.px(9.0), gap = ui.px(6.0);
  const Rect inner{rect.x + pad, rect.y + ui.px(3.0), rect.width - 2 * pad,
                   rect.height - ui.px(6.0)};
  Rect rest = inner;
  put(ui, rest, "Controls of", ui.colors().muted_text);
  const Rect choice{rest.x + gap, inner.y, ui.px(72.0), inner.height};
  edits_b_ = choose_side(ui, choice, edits_b_);

  double right = inner.right();
  const auto place = [&](double units) {
    right -= ui.px(units) + gap;
    return Rect{right + gap, inner.y, ui.px(units), inner.height};
  };
  if (button(ui, {"Keep B", "One network again: B goes on alone", place(64.0)}, {"Keep B"}))
    send(session::KeepB{});
  if (button(ui, {"Keep A", "One network again: A goes on alone", place(64.0)}, {"Keep A"}))
    send(session::EndComparison{});
  if (button(ui, {"Swap", "A becomes B, and B becomes A", place(56.0)}, {"Swap"}))
    send(session::SwapSides{});

  const double left = choice.right() + 3.0 * gap;
  const Rect middle{left, inner.y, right - 2.0 * gap - left, inner.height};
  const Differences& found = differences(snapshot);
  if (middle.width > 0.0) interact(ui, {"Differences", found.help, middle});
  if (!found.list.empty()) {
    draw_differences(ui, middle, found.list);
    return;
  }
  const std::string hint = figure::first_that_fits(
      found.same_weights
          ? std::vector<std::string>{"nothing differs yet: change one of them", "nothing differs"}
          : std::vector<std::string>{"the same settings, other weights", "other weights"},
      ui.px(kText), middle.width);
  draw_text(ui, middle, hint, kText, ui.colors().muted_text);
}

double CompareView::banner_height(const session::Snapshot& snapshot) {
  return snapshot.divergence || snapshot.other->divergence ? kBanner : 0.0;
}

// Over the column of each side that stopped.
void CompareView::draw_banners(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                               const Send& send) {
  if (rect.width <= 0.0) return;
  for (const session::Snapshot* side : figure::both(snapshot)) {
    if (!side->divergence) continue;
    const SideScope scope(ui, side->is_b ? Side::b : Side::a);
    const Send to_side =
        side->is_b ? Send([&](session::Command c) { send(session::on_b(std::move(c))); }) : send;
    draw_side_banner(ui, half(rect, side->is_b, ui.px(7.0)), *side, to_side);
  }
}

void CompareView::draw(UiContext& ui, const CardRects& rects, const session::Snapshot& snapshot,
                       const PanelServices& services, Panels& a) {
  draw_banners(ui, rects.banner, snapshot, services.send);
  ui.edits_b = edits_b_;
  {
    const SideScope scope(ui, Side::a);
    a.draw(ui, rects, snapshot, services);
  }
  const PanelServices of_b{
      [&services](session::Command command) { services.send(session::on_b(std::move(command))); },
      services.textures};
  CardRects b_rects;
  b_rects.cards = rects.b_cards;
  const SideScope scope(ui, Side::b);
  b_.draw(ui, b_rects, *snapshot.other, of_b);
}

}  // namespace backflow::ui
