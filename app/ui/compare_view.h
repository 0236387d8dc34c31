// Two networks on the screen: the bar that says in what they differ and whose controls are shown,
// and the cards of A at the left and of B at the right. Loss, accuracy, gradient norm and learning
// rate are drawn once, with both curves.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/ui/panels.h"

namespace backflow::ui {

/// Height of the bar in units.
inline constexpr double kCompareBar = 28.0;

/// The button that starts a comparison, with its list; "Compare" in the transport bar.
void draw_compare_menu(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                       const std::function<void(session::Command)>& send);
inline constexpr double kCompareMenu = 92.0;  ///< its width in units

class CompareView {
public:
  using Send = std::function<void(session::Command)>;

  /// `state` is what both sides show.
  explicit CompareView(ViewState& state) : b_(state) {}

  /// B starts a comparison, or shows the controls of the other side; Shift+B ends it with the side
  /// whose controls are shown.
  void take_keys(const session::Snapshot& snapshot, const Send& send);

  /// Precondition of all below: snapshot.other. The bar:
  void draw_bar(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                const Send& send);

  /// What the controls show and change. Without a comparison, the one network.
  const session::Snapshot& edited(const session::Snapshot& snapshot) const;
  Send sender(const session::Snapshot& snapshot, const Send& send) const;

  /// Units of height above the cards for what stopped, 0 when neither side did.
  static double banner_height(const session::Snapshot& snapshot);

  /// The cards; `a` are those that the window shows without a comparison as well.
  void draw(UiContext& ui, const CardRects& rects, const session::Snapshot& snapshot,
            const PanelServices& services, Panels& a);

  /// Of B's figures shown; or nullptr.
  const figure::Figure* figure(std::string_view name) const { return b_.figure(name); }

private:
  /// One key in which the two differ, as text markup.
  struct Difference {
    std::string title, a, b;

    std::string text() const { return title + "  " + a + " | " + b; }
  };
  /// All of them, made anew with every snapshot only.
  struct Differences {
    std::uint64_t revision = ~std::uint64_t{0};
    std::vector<Difference> list;
    std::string help;
    bool same_weights = true;  ///< W_hh, which is changed by hand without any key
  };

  const Differences& differences(const session::Snapshot& snapshot);
  static void draw_differences(UiContext& ui, const Rect& rect,
                               const std::vector<Difference>& list);
  void draw_banners(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                    const Send& send);

  Panels b_;
  bool edits_b_ = true;
  Differences differences_;
};

}  // namespace backflow::ui
