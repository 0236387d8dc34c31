// The export under way, and what the last one came to, in the status bar.
#pragma once

#include <cstdint>
#include <string>

#include "app/export/request.h"
#include "app/ui/widgets.h"

namespace backflow::ui {

class ExportLine {
public:
  /// Draws at the right end of the status bar, when there is something to tell; returns what is
  /// left of it. `seconds` have passed since the last frame.
  Rect draw(UiContext& ui, const Rect& bar, exporting::Exporter& exporter,
            const exporting::ExportStatus& status, double seconds);

  /// What it shows, for tests; empty when nothing.
  const std::string& text() const { return text_; }
  /// It will go away by itself.
  bool fades() const { return seconds_ > 0.0; }

private:
  std::uint64_t outcomes_ = 0;
  double seconds_ = 0.0;
  std::string text_;
};

}  // namespace backflow::ui
