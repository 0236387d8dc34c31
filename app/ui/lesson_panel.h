// The column of a lesson: the page's text and formulas in large type, its question, what to try,
// and the way to the other pages.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "app/session/snapshot.h"
#include "app/ui/lesson_mode.h"
#include "app/ui/ui_context.h"

namespace backflow::ui {

struct LessonPanelActions {
  std::function<void()> toggle_controls;  ///< empty: the controls are in sight anyway
  std::function<void()> close;
};

/// Texts with a snapshot's numbers in them (lesson::with_values()), which may take long to compute:
/// each once for a snapshot, however often it is drawn and measured.
class ValuedTexts {
public:
  const std::string& of(const std::string& text, const session::Snapshot& snapshot);

private:
  std::uint64_t revision_ = 0;
  const session::Analysis* analysis_ = nullptr;
  std::map<std::string, std::string> texts_;
};

class LessonPanel {
public:
  void draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot, LessonMode& mode,
            const LessonPanelActions& actions);

  static constexpr double kWidth = 400.0;  ///< units

private:
  // What the size of the letters depends on; the numbers in the text, which change while the
  // network trains, do not make them jump.
  struct Fit {
    std::string lesson;
    std::size_t page = 0;
    bool coming = false;
    double width = 0.0, height = 0.0, scale = 0.0;  // pixels, pixels per unit
    bool operator==(const Fit&) const = default;
  };

  ValuedTexts texts_;
  Fit fit_;
  double zoom_ = 1.0;
  // As of the last frame: another page begins at its top.
  std::string lesson_;
  std::size_t page_ = 0;
  bool answered_ = false;
};

}  // namespace backflow::ui
