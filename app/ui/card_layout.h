// Where the controls and the four cards lie: all of them with splitters between, or one card alone,
// because a person enlarged it or because the window is too small for four.
#pragma once

#include <array>
#include <optional>
#include <utility>

#include "app/ui/settings.h"
#include "app/ui/widgets.h"

namespace backflow::ui {

enum class Card { network, map, loss, norm };

/// Empty rectangles (width 0) are not shown.
struct CardRects {
  Rect controls;
  std::array<Rect, 4> cards;    ///< by Card; while two networks are compared, A's
  std::array<Rect, 4> b_cards;  ///< B's; without a comparison empty
  Rect banner;                  ///< room above the cards, as high as asked for

  const Rect& of(Card card) const { return cards[static_cast<std::size_t>(card)]; }
};

/// How two networks share the cards: each has its own network and map, and its own loss or norm
/// card while that shows a figure of one network.
struct TwoNetworks {
  bool loss = false, norm = false;  ///< each has its own
  std::optional<Card> lower;        ///< the one of them that fills the lowest row, for both

  bool each(Card card) const { return card == Card::loss ? loss : card != Card::norm || norm; }
};

class CardLayout {
public:
  /// Divides `body`, draws the splitters and, where one card is alone, the switch between them.
  /// What there is no room for at present stays in the settings as it was.
  CardRects divide(UiContext& ui, const Rect& body, double banner_height, Settings& settings,
                   const std::optional<TwoNetworks>& two = std::nullopt);

  /// Enlarges the card whose title was double-clicked, or under the mouse when M was pressed; the
  /// same again brings all four back. Call after the cards were drawn, in their window.
  void take_input(const UiContext& ui, const CardRects& rects, bool keys);

  /// Shows that card alone, or all four.
  void enlarge(std::optional<Card> card) { alone_ = card; }
  /// Brings all four back; false when none was enlarged.
  bool close_enlarged() { return std::exchange(alone_, std::nullopt).has_value(); }

private:
  void draw_switch(UiContext& ui, const Rect& rect, bool with_controls, bool forced);
  CardRects all_four(UiContext& ui, CardRects rects, Rect area, Settings& settings);
  CardRects three_rows(UiContext& ui, CardRects rects, Rect area, const TwoNetworks& two,
                       Settings& settings);

  std::optional<Card> alone_;
  Card last_ = Card::network;
  bool controls_only_ = false;  // where there is no room for controls beside a card
};

}  // namespace backflow::ui
