// Figures as SVG with real text, to be edited, searched and read aloud.
//
// Written here because Cairo's SVG turns text into outlines. The same figure gives the same bytes.
#pragma once

#include <set>
#include <string>

#include "app/export/metadata.h"
#include "app/figure/canvas.h"

namespace backflow::exporting {

/// Collects the elements inside <svg>; to_svg() puts the frame around them.
class SvgCanvas final : public figure::Canvas {
public:
  /// `prefix` starts the ids of clip paths, and of groups too where several figures share a page.
  enum class Ids { of_a_file, of_a_page };
  explicit SvgCanvas(std::string prefix, Ids ids = Ids::of_a_file)
      : prefix_(std::move(prefix)), kind_(ids) {}

  void begin_group(std::string_view id, const std::optional<figure::Rect>& clip) override;
  void end_group() override;
  void polyline(const figure::PolylineMark& mark) override;
  void polygon(const figure::PolygonMark& mark) override;
  void rect(const figure::RectMark& mark) override;
  void circle(const figure::CircleMark& mark) override;
  void text(figure::Point baseline, std::span<const figure::TextRun> runs, figure::Color color,
            bool bold) override;
  void heatmap(const figure::HeatmapMark& mark) override;
  void mesh(const figure::MeshMark& mark) override;
  void hatch(const figure::HatchMark& mark) override;

  const std::string& elements() const { return out_; }

private:
  std::string unique_id(std::string_view wanted);

  std::string prefix_;
  Ids kind_;
  std::string out_;
  std::set<std::string> ids_;
  int clips_ = 0;
};

/// Text as XML and HTML have it.
std::string escaped(std::string_view text);

/// An element to stand in a web page, which scales with its width. Its ids begin with `prefix`.
std::string to_svg_element(const figure::Figure& figure, const std::string& prefix,
                           const std::string& css_class);

/// A whole SVG file.
std::string to_svg(const figure::Figure& figure, const Metadata& metadata = {});

}  // namespace backflow::exporting
