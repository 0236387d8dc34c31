// The figure as it will be written, small.
#pragma once

#include <cstdint>
#include <memory>

#include "app/export/request.h"
#include "app/ui/heatmap_textures.h"
#include "app/ui/ui_context.h"

namespace backflow::ui {

class ExportPreview {
public:
  /// Draws it as large as fits into the rectangle, built anew only when something changed.
  void draw(UiContext& ui, const Rect& rect, const exporting::Subject& subject,
            HeatmapTextures* textures);

  /// As last drawn.
  const figure::Figure& figure() const { return figure_; }

private:
  struct Key {
    const figure::FigureInfo* info = nullptr;
    std::shared_ptr<const session::Snapshot> snapshot;
    figure::View view;
    exporting::Look look;
    bool operator==(const Key&) const = default;
  };

  Key key_;
  figure::Figure figure_;
};

}  // namespace backflow::ui
