#include "app/export/svg_canvas.h"

#include <algorithm>
#include <clocale>
#include <optional>
#include <regex>
#include <vector>

#include <gmock/gmock.h>

#include "tests/export/test_images.h"

namespace backflow::exporting {
namespace {

using figure::Color;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr Color kRed{200, 10, 20, 255};

// What is wrong with the XML; empty when tags balance, attributes are quoted and unique, and every
// & is an entity. Knows as much XML as SvgCanvas writes.
std::string xml_error(std::string xml) {
  static const std::regex kDeclaration(R"(^<\?xml version="1\.0" encoding="UTF-8"\?>\n)");
  static const std::regex kTag(R"re(^<(/?)([A-Za-z]+)((?:\s+[A-Za-z:-]+="[^"<]*")*)\s*(/?)>$)re");
  static const std::regex kEntity("&(?!amp;|lt;|gt;|quot;)");
  xml = std::regex_replace(xml, kDeclaration, "");
  // Images are long, and std::regex recurses.
  static const std::string kData = "base64,";
  if (const auto at = xml.find(kData); at != std::string::npos)
    xml.erase(at + kData.size(), xml.find('"', at) - at - kData.size());
  if (std::regex_search(xml, kEntity)) return "a bare &";
  std::vector<std::string> open;
  for (std::size_t i = 0; (i = xml.find_first_of("<>", i)) != std::string::npos;) {
    const std::size_t end = xml.find('>', i);
    const std::string tag = xml.substr(i, end - i + 1);
    std::smatch match;
    if (!std::regex_match(tag, match, kTag)) return "not a tag: " + tag;
    if (match[1].length() > 0) {
      if (open.empty() || open.back() != match[2]) return "closes what is not open: " + tag;
      open.pop_back();
    } else if (match[4].length() == 0) {
      open.push_back(match[2]);
    }
    i = end + 1;
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), expression), end; it != end; ++it)
    found.push_back((*it)[1]);
  return found;
}

std::string from_base64(std::string_view text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    bits = bits << 6 | static_cast<unsigned>(digits.find(c));
    if ((count += 6) < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255);
  }
  return bytes;
}

Image embedded_image(const std::string& svg) {
  static const std::string kStart = "data:image/png;base64,";
  const std::size_t at = svg.find(kStart) + kStart.size();
  return decode_png(from_base64(std::string_view(svg).substr(at, svg.find('"', at) - at)));
}

TEST(XmlError, FindsWhatItIsMeantToFind) {
  EXPECT_EQ(xml_error("<a b=\"1\"><c/>x &amp; y</a>"), "");
  for (const char* wrong : {"<a>", "</a>", "<a><b></a></b>", "<a b=1/>", "<a>&</a>", "<a>&foo;</a>",
                            "<a b=\"<\"/>", "<a>></a>"})
    EXPECT_NE(xml_error(wrong), "") << wrong;
}

figure::Figure figure_with_everything() {
  const figure::Stroke line{{1, 2, 3, 51}, 1.5, figure::Dash::dashed};
  figure::TextMark text;
  text.anchor = {10.0, 20.0};
  text.markup = "a < b & \"c\"_{t} > d";
  text.color = kRed;
  text.bold = true;
  figure::Figure figure = figure_of(
      100.0, 60.0,
      {text, figure::RectMark{{10.0, 10.0, 20.0, 20.0}, kRed, line, 3.0},
       figure::CircleMark{{50.0, 40.0}, 8.0, std::nullopt, line},
       figure::PolygonMark{{{2.0, 40.0}, {30.0, 40.0}, {2.0, 58.0}}, kRed},
       figure::PolylineMark{{{65.0, 50.0}, {95.123456, 50.0}}, line},
       figure::HatchMark{{0.0, 0.0, 12.0, 12.0}, line, 6.0},
       heatmap_of({50.0, 0.0, 30.0, 20.0}, 2, 3, {-5.0f, -1.0f, 0.0f, 1.0f, 5.0f, 0.5f})});
  figure.title = "∂h_{t}/∂h_{k} & <more>";
  figure.groups.push_back({"marks", figure::Rect{1.0, 2.0, 3.0, 4.0}, {}});
  figure.groups.push_back({"2 odd/id", figure::Rect{5.0, 6.0, 7.0, 8.0}, {}});
  return figure;
}

TEST(Svg, IsWellFormed) {
  const std::string svg = to_svg(figure_with_everything());
  EXPECT_EQ(xml_error(svg), "");
  EXPECT_THAT(svg, AllOf(HasSubstr("width=\"100\" height=\"60\" viewBox=\"0 0 100 60\""),
                         HasSubstr("<title>∂h_t/∂h_k &amp; &lt;more&gt;</title>"),
                         HasSubstr("font-family=\"DejaVu Sans, Verdana, sans-serif\"")));
}

TEST(Svg, IdsAreUniqueAndClipsPointToThem) {
  const std::string svg = to_svg(figure_with_everything());
  std::vector<std::string> ids = matches(svg, "id=\"([^\"]*)\"");
  EXPECT_THAT(ids, testing::IsSupersetOf({"background", "marks", "marks-2", "_2-odd-id"}));
  const auto uses = matches(svg, "clip-path=\"url\\(#([^)]*)\\)\"");
  EXPECT_EQ(uses.size(), 2u);
  EXPECT_THAT(ids, testing::IsSupersetOf(uses));
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_THAT(svg, HasSubstr("<rect x=\"5\" y=\"6\" width=\"7\" height=\"8\"/></clipPath>"));
}

TEST(Svg, TextIsTextInItsPlace) {
  figure::TextMark mark;
  mark.anchor = {100.0, 50.0};
  mark.markup = "W_{hh} h";
  mark.size = 20.0;
  mark.color = kRed;
  mark.h_align = figure::HAlign::right;
  const std::string svg = to_svg(figure_of(200.0, 100.0, {mark}));
  const figure::TextLayout layout = figure::layout_text(mark.markup, mark.size);
  ASSERT_EQ(layout.runs.size(), 3u);
  EXPECT_THAT(matches(svg, "<tspan [^>]*>([^<]*)</tspan>"), testing::ElementsAre("W", "hh", " h"));
  EXPECT_THAT(matches(svg, "<tspan [^>]*font-size=\"([^\"]*)\""),
              testing::ElementsAre("20", "14", "20"));
  const auto x = matches(svg, "<tspan x=\"([^\"]*)\"");
  const auto y = matches(svg, "<tspan x=\"[^\"]*\" y=\"([^\"]*)\"");
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(std::stod(x[i]), 100.0 - layout.width + layout.runs[i].x, 0.0051);
    EXPECT_NEAR(std::stod(y[i]), 50.0 - layout.runs[i].rise, 0.0051);
  }
  EXPECT_THAT(svg, AllOf(HasSubstr("xml:space=\"preserve\" fill=\"#c80a14\">"),
                         Not(HasSubstr("font-weight"))));
}

TEST(Svg, MarksHaveTheirAttributes) {
  const std::string svg = to_svg(figure_with_everything());
  const std::string line =
      " stroke=\"#010203\" stroke-opacity=\"0.2\" stroke-width=\"1.5\" "
      "stroke-dasharray=\"6 4\"";
  EXPECT_THAT(svg,
              AllOf(HasSubstr("<rect x=\"10\" y=\"10\" width=\"20\" height=\"20\" rx=\"3\" "
                              "fill=\"#c80a14\"" +
                              line + "/>"),
                    HasSubstr("<circle cx=\"50\" cy=\"40\" r=\"8\" fill=\"none\"" + line + "/>"),
                    HasSubstr("<polygon points=\"2,40 30,40 2,58\" fill=\"#c80a14\"/>"),
                    HasSubstr("<polyline points=\"65,50 95.12,50\" fill=\"none\"" + line),
                    HasSubstr("<path d=\"M0 6L6 0M0 12L12 0M6 12L12 6\" fill=\"none\"" + line),
                    HasSubstr("font-weight=\"bold\"")));
}

TEST(Svg, NumbersAreShortAndNeverNegativeZero) {
  const std::string svg = to_svg(figure_of(
      100.0, 60.0, {figure::CircleMark{{-0.001, 1.0 / 3.0}, 1200.5, kRed, std::nullopt}}));
  EXPECT_THAT(svg, HasSubstr("cx=\"0\" cy=\"0.33\" r=\"1200.5\""));
}

TEST(Svg, DoesNotDependOnTheLocale) {
  const std::string expected = to_svg(figure_with_everything());
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"})
    if (std::setlocale(LC_ALL, name) != nullptr) break;
  const std::string again = to_svg(figure_with_everything());
  std::setlocale(LC_ALL, before.c_str());
  EXPECT_EQ(expected, again);
  EXPECT_THAT(matches(again, "(stroke-width=\"1,5\")"), testing::IsEmpty());
}

TEST(Svg, HeatmapIsOneImageOfWholeCells) {
  const std::vector<float> values = {-5.0f, -1.0f, 0.0f, 1.0f, figure::kNoCell, 0.5f};
  const figure::HeatmapMark mark = heatmap_of({50.0, 0.0, 30.0, 20.0}, 2, 3, values);
  const std::string svg = to_svg(figure_of(100.0, 60.0, {mark}));
  EXPECT_THAT(svg, AllOf(HasSubstr("<image x=\"50\" y=\"0\" width=\"30\" height=\"20\" "
                                   "preserveAspectRatio=\"none\""),
                         HasSubstr("image-rendering:pixelated")));
  const Image image = embedded_image(svg);
  ASSERT_EQ(image.width, 120);  // 4 pixels per unit, 3 cells: 40 pixels per cell
  ASSERT_EQ(image.height, 80);
  for (int row = 0; row < 2; ++row)
    for (int col = 0; col < 3; ++col)
      for (const int inset : {0, 39})
        EXPECT_EQ(image.at(40 * col + inset, 40 * row + inset),
                  figure::color_of(mark.scale, values[static_cast<std::size_t>(3 * row + col)]));
}

TEST(Svg, HeatmapImagesStaySmall) {
  const auto size_of = [](int rows, int cols) {
    const Image image = embedded_image(to_svg(
        figure_of(900.0, 900.0,
                  {heatmap_of({0.0, 0.0, 800.0, 800.0}, rows, cols,
                              std::vector<float>(static_cast<std::size_t>(rows * cols), -1.0f))})));
    return std::pair(image.width, image.height);
  };
  EXPECT_EQ(size_of(1, 1), std::pair(2000, 2000));
  EXPECT_EQ(size_of(3, 101), std::pair(19 * 101, 19 * 3));
  EXPECT_EQ(size_of(1001, 2), std::pair(2, 1001));
  EXPECT_EQ(size_of(2500, 1), std::pair(1, 2500));  // never less than a pixel per cell
}

TEST(Svg, WhatCannotBeDrawnIsLeftOut) {
  figure::HeatmapMark none = heatmap_of({0.0, 0.0, 10.0, 10.0}, 2, 5, {1.0f});
  const std::string svg = to_svg(figure_of(
      10.0, 10.0,
      {none, figure::PolylineMark{{{1.0, 1.0}}, {}}, figure::TextMark{}, figure::HatchMark{}}));
  EXPECT_EQ(xml_error(svg), "");
  for (const char* element : {"<image", "<polyline", "<text", "<path"})
    EXPECT_THAT(svg, Not(HasSubstr(element)));
}

}  // namespace
}  // namespace backflow::exporting
