#include "app/ui/card_layout.h"

#include <algorithm>
#include <cmath>

#include "app/ui/figure_panel.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kGap = 7.0;  // between cards, in units; the splitters live in it
constexpr double kLeastControls = 230.0, kLeastPanel = 200.0, kLeastRow = 140.0,
                 kLeastThird = 110.0;
// Below these, in units, four cards would show too little each, or a card beside the controls.
constexpr double kFourWide = 560.0, kFourHigh = 360.0, kBesideControls = 300.0;
constexpr double kSwitch = 26.0;

constexpr const char* kTitles[] = {"Network", "Products", "Loss", "Gradient"};

// The card of A at the left and that of B at the right.
void put_both(CardRects& rects, Card card, const Rect& area, double gap) {
  rects.cards[static_cast<std::size_t>(card)] = half(area, false, gap);
  rects.b_cards[static_cast<std::size_t>(card)] = half(area, true, gap);
}

// Only what was dragged is kept: what the window is too small for now comes back with a larger one.
void keep(double& setting, double shown, double moved) {
  if (moved != 0.0) setting = shown + moved;
}

bool under_mouse(const Rect& rect) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  return rect.width > 0.0 && rect.contains({mouse.x, mouse.y});
}

}  // namespace

CardRects CardLayout::divide(UiContext& ui, const Rect& body, double banner_height,
                             Settings& settings, const std::optional<TwoNetworks>& two) {
  const double gap = ui.px(kGap);
  const double most = std::max(ui.px(kLeastControls), body.width * 0.4);
  const double controls = std::clamp(settings.controls_width, kLeastControls, most / ui.scale);
  CardRects rects;
  rects.controls = {body.x, body.y, ui.px(controls), body.height};
  Rect area{rects.controls.right() + gap, body.y, body.width - rects.controls.width - gap,
            body.height};
  const bool beside = area.width >= ui.px(kBesideControls);
  const bool forced = area.width < ui.px(kFourWide) || area.height < ui.px(kFourHigh);
  if (beside) {
    controls_only_ = false;
    const Rect bar{rects.controls.right(), body.y, gap, body.height};
    keep(settings.controls_width, controls,
         splitter(ui, {"Splitter controls", "", bar}, true) / ui.scale);
  } else {
    area = body;
    rects.controls = {};
  }
  if (forced || alone_) {
    draw_switch(ui, {area.x, area.y, area.width, ui.px(kSwitch)}, !beside, forced);
    area.y += ui.px(kSwitch) + gap;
    area.height -= ui.px(kSwitch) + gap;
  }
  if (controls_only_) {
    rects.controls = area;
    return rects;
  }
  if (banner_height > 0.0) {
    rects.banner = {area.x, area.y, area.width, banner_height};
    area.y += banner_height + gap;
    area.height -= banner_height + gap;
  }
  if (forced || alone_) {
    const Card card = alone_.value_or(last_);
    if (two && two->each(card))
      put_both(rects, card, area, gap);
    else
      rects.cards[static_cast<std::size_t>(card)] = area;
    return rects;
  }
  return two ? three_rows(ui, rects, area, *two, settings) : all_four(ui, rects, area, settings);
}

// Networks, maps, curves: A at the left, B at the right.
CardRects CardLayout::three_rows(UiContext& ui, CardRects rects, Rect area, const TwoNetworks& two,
                                 Settings& settings) {
  const double gap = ui.px(kGap), height = area.height - 2.0 * gap;
  const double least = std::min(0.3, ui.px(kLeastThird) / std::max(1.0, height));
  auto& [kept_network, kept_map] = two.lower ? settings.two_rows_with_lower : settings.two_rows;
  const double network_share = std::clamp(kept_network, least, 1.0 - 2.0 * least);
  const double map_share = std::clamp(kept_map, least, 1.0 - network_share - least);
  const Rect network{area.x, area.y, area.width, std::round(height * network_share)};
  const Rect first_bar{area.x, network.bottom(), area.width, gap};
  const Rect map{area.x, first_bar.bottom(), area.width, std::round(height * map_share)};
  const Rect second_bar{area.x, map.bottom(), area.width, gap};
  const Rect curves{area.x, second_bar.bottom(), area.width, area.bottom() - second_bar.bottom()};
  const double first =
      splitter(ui, {"Splitter networks", "", first_bar}, false) / std::max(1.0, height);
  const double second =
      splitter(ui, {"Splitter maps", "", second_bar}, false) / std::max(1.0, height);
  keep(kept_network, network_share, first);
  keep(kept_map, map_share, second - first);
  put_both(rects, Card::network, network, gap);
  put_both(rects, Card::map, map, gap);
  if (two.lower) {
    put_both(rects, *two.lower, curves, gap);
    return rects;
  }
  rects.cards[static_cast<std::size_t>(Card::loss)] = half(curves, false, gap);
  rects.cards[static_cast<std::size_t>(Card::norm)] = half(curves, true, gap);
  return rects;
}

CardRects CardLayout::all_four(UiContext& ui, CardRects rects, Rect area, Settings& settings) {
  const double gap = ui.px(kGap), rest = area.width - gap;
  const double least = std::min(0.45, ui.px(kLeastPanel) / std::max(1.0, rest));
  const double columns = std::clamp(settings.middle_share, least, 1.0 - least);
  const Rect middle{area.x, area.y, rest * columns, area.height};
  const Rect right{middle.right() + gap, area.y, rest - middle.width, area.height};
  keep(settings.middle_share, columns,
       splitter(ui, {"Splitter columns", "", {middle.right(), area.y, gap, area.height}}, true) /
           std::max(1.0, rest));
  const auto split = [&](const Rect& column, double& kept, const char* label, Card upper,
                         Card lower) {
    const double height = column.height - gap;
    const double edge = std::min(0.45, ui.px(kLeastRow) / std::max(1.0, height));
    const double share = std::clamp(kept, edge, 1.0 - edge);
    const Rect top{column.x, column.y, column.width, std::round(height * share)};
    const Rect bar{column.x, top.bottom(), column.width, gap};
    rects.cards[static_cast<std::size_t>(upper)] = top;
    rects.cards[static_cast<std::size_t>(lower)] = {column.x, bar.bottom(), column.width,
                                                    column.bottom() - bar.bottom()};
    keep(kept, share, splitter(ui, {label, "", bar}, false) / std::max(1.0, height));
  };
  split(middle, settings.middle_rows, "Splitter network", Card::network, Card::map);
  split(right, settings.right_rows, "Splitter curves", Card::loss, Card::norm);
  return rects;
}

// Which card is shown, and the way back.
void CardLayout::draw_switch(UiContext& ui, const Rect& rect, bool with_controls, bool forced) {
  std::vector<Option> options;
  if (with_controls) options.push_back({"controls", "Controls"});
  for (std::size_t i = 0; i < 4; ++i) options.push_back({std::to_string(i), kTitles[i]});
  const double back = forced ? 0.0 : ui.px(92.0);
  const Rect row{rect.x, rect.y, std::min(rect.width - back, ui.px(460.0)), rect.height};
  const auto current = static_cast<std::size_t>(alone_.value_or(last_));
  const auto chosen = segmented(ui, {"Card", "Which card is shown", row}, options,
                                controls_only_ ? "controls" : std::to_string(current));
  if (chosen) {
    controls_only_ = *chosen == "controls";
    if (!controls_only_) {
      last_ = static_cast<Card>(std::stoi(*chosen));
      if (alone_) alone_ = last_;
    }
  }
  if (!forced &&
      button(ui,
             {"All cards",
              "All four cards again  (Esc, or double-click the title)",
              {rect.right() - back + ui.px(6.0), rect.y, back - ui.px(6.0), rect.height}},
             {"All cards"}))
    alone_.reset();
}

void CardLayout::take_input(const UiContext& ui, const CardRects& rects, bool keys) {
  const bool wanted = keys && key_pressed(Key::m);
  // Nothing lies over the cards: no list, no page of help.
  const bool in_sight = ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
  for (std::size_t i = 0; i < 2 * rects.cards.size(); ++i) {
    const bool of_b = i >= rects.cards.size();
    const Rect& card = of_b ? rects.b_cards[i - rects.cards.size()] : rects.cards[i];
    const Rect title{card.x, card.y, card.width, ui.px(FigurePanel::kBar)};
    // Not where a control of the title bar was clicked twice; a tab is part of the title.
    const bool on_control = !ui.hover.label.empty() && !ui.hover.label.starts_with("Tab ") &&
                            !ui.hover.label.starts_with("B Tab ") && under_mouse(title);
    const bool asked =
        in_sight && ImGui::IsMouseDoubleClicked(0) && under_mouse(title) && !on_control;
    if (!asked && !(wanted && under_mouse(card))) continue;
    last_ = static_cast<Card>(i % rects.cards.size());
    alone_ = alone_ ? std::nullopt : std::optional(last_);
    return;
  }
  if (wanted) alone_ = alone_ ? std::nullopt : std::optional(last_);
}

}  // namespace backflow::ui
