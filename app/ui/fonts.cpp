#include "app/ui/fonts.h"

#include <cmath>
#include <filesystem>
#include <system_error>

#include "app/figure/text_markup.h"

namespace backflow::ui {
namespace {

// DejaVu Sans: (ascent + descent) / em and ascent / em.
constexpr double kLinePerEm = (1901.0 + 483.0) / 2048.0;
constexpr double kAscent = 1901.0 / 2048.0;

// Sizes in units; text of other sizes is scaled from the nearest larger one.
constexpr double kRegularSizes[] = {8.4, 9.2, 10.2, 11.0, 12.0, 13.0, 15.0};
constexpr double kBoldSizes[] = {13.0, 16.0, 22.0};

constexpr ImWchar kRanges[] = {0x0020, 0x017F, 0x02C6, 0x02DD, 0x0370, 0x03FF,
                               0x2000, 0x206F, 0x2070, 0x209C, 0x2190, 0x21FF,
                               0x2200, 0x22FF, 0x25A0, 0x25FF, 0};

std::string find_face(const char* file) {
  for (const char* folder : {"/usr/share/fonts/truetype/dejavu/", "/usr/share/fonts/dejavu/",
                             "/usr/share/fonts/TTF/", "/usr/share/fonts/dejavu-sans-fonts/"}) {
    const std::string path = std::string(folder) + file;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  return {};
}

}  // namespace

std::string Fonts::load(double scale) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  faces_.clear();
  const std::string regular = find_face("DejaVuSans.ttf"), bold = find_face("DejaVuSans-Bold.ttf");
  if (regular.empty()) {
    faces_.push_back({13.0 * scale, false, atlas.AddFontDefault()});
    return "the font DejaVu Sans was not found (package fonts-dejavu-core); mathematical signs "
           "will be missing";
  }
  const auto add = [&](const std::string& path, double size, bool is_bold) {
    const auto pixels = static_cast<float>(size * scale * kLinePerEm);
    ImFont* font = atlas.AddFontFromFileTTF(path.c_str(), pixels, nullptr, kRanges);
    faces_.push_back({size * scale, is_bold, font});
    return font;
  };
  for (const double size : kRegularSizes) {
    ImFont* font = add(regular, size, false);
    if (size == 13.0) ImGui::GetIO().FontDefault = font;
  }
  if (!bold.empty())
    for (const double size : kBoldSizes) add(bold, size, true);
  return {};
}

const Fonts::Face& Fonts::pick(double size, bool bold) const {
  const Face* best = nullptr;
  for (const Face& face : faces_) {
    if (face.bold != bold) continue;
    if (best == nullptr || (best->size < 0.99 * size && face.size > best->size)) best = &face;
  }
  return best != nullptr ? *best : faces_.front();
}

void Fonts::draw_run(ImDrawList& list, ImVec2 baseline, std::string_view text, double size,
                     ImU32 color, bool bold) const {
  const Face& face = pick(size, bold);
  const auto line = static_cast<float>(size * kLinePerEm);
  const auto top = static_cast<float>(std::round(baseline.y - kAscent * size));
  // Letter by letter on whole pixels, spaced by the figures' metrics: the same line breaks and
  // alignments as in the exports, and no blur from fractional positions.
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    const double before = figure::text_width(text.substr(0, i), size, bold);
    const auto x = static_cast<float>(std::round(baseline.x + before));
    list.AddText(face.font, line, ImVec2(x, top), color, text.data() + i, text.data() + end);
    i = end;
  }
}

void Fonts::draw(ImDrawList& list, ImVec2 baseline, std::string_view markup, double size,
                 ImU32 color, bool bold) const {
  for (const figure::TextRun& run : figure::layout_text(markup, size, bold).runs)
    draw_run(
        list,
        ImVec2(baseline.x + static_cast<float>(run.x), baseline.y - static_cast<float>(run.rise)),
        run.text, run.size, color, bold);
}

}  // namespace backflow::ui
