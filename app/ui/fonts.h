// DejaVu Sans in the sizes that the window uses, and text drawn with the figures' own layout.
//
// Sizes are of the em square in pixels, as everywhere in the figures; Dear ImGui counts line
// heights.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <imgui.h>

namespace backflow::ui {

class Fonts {
public:
  /// Replaces the fonts of the present ImGui context by ones for that scale. Returns an empty
  /// string, or one sentence when DejaVu Sans was not found; ImGui's own face serves then.
  std::string load(double scale);

  /// Draws a line of text markup (figure/text_markup.h), its baseline starting at that pixel.
  void draw(ImDrawList& list, ImVec2 baseline, std::string_view markup, double size, ImU32 color,
            bool bold = false) const;

  /// Draws plain UTF-8 with the figures' letter spacing.
  void draw_run(ImDrawList& list, ImVec2 baseline, std::string_view text, double size, ImU32 color,
                bool bold) const;

private:
  struct Face {
    double size;
    bool bold;
    ImFont* font;
  };
  const Face& pick(double size, bool bold) const;

  std::vector<Face> faces_;
};

}  // namespace backflow::ui
