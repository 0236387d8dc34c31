// What every exported figure of a long run is: small, in parts that can be found, with real text.
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/export/svg_canvas.h"
#include "app/figure/catalogue.h"
#include "tests/figure/snapshots.h"
#include "tests/support/test_name.h"

namespace backflow::exporting {
namespace {

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++count;
  return count;
}

template <class M>
std::vector<M> all_marks(const figure::Figure& figure) {
  std::vector<M> found;
  for (const figure::Group& group : figure.groups)
    for (const figure::Mark& mark : group.marks)
      if (const auto* m = std::get_if<M>(&mark)) found.push_back(*m);
  return found;
}

class EverySvg : public ::testing::TestWithParam<std::string_view> {};

TEST_P(EverySvg, IsSmallAndHasRealTextAndPartsWithNames) {
  const figure::FigureInfo& info = *figure::find_figure(GetParam());
  for (const char* cell : {"model.cell=rnn", "model.cell=lstm"}) {
    if (info.of_gates && std::string_view(cell) == "model.cell=rnn") continue;  // it has none
    SCOPED_TRACE(cell);
    const session::Snapshot snapshot =
        figure::snapshot_after(30, {cell, "task.name=first-bit", "task.steps=200", "task.batch=4"});
    const figure::Figure figure = info.build(snapshot, {}, {}, info.default_size);
    const std::string svg = to_svg(figure);
    // The dashboard has four figures in it, and a landscape is a picture of many colours.
    const std::size_t most = info.name == "error-relief" ? 500'000
                             : info.name == "dashboard"  ? 400'000
                                                         : 300'000;
    EXPECT_LT(svg.size(), most);

    // One image for a heatmap or a mesh, not a shape for each of its cells.
    EXPECT_EQ(occurrences(svg, "<image "), all_marks<figure::HeatmapMark>(figure).size() +
                                               all_marks<figure::MeshMark>(figure).size());

    // Letters are letters, in a font that every machine has something for.
    EXPECT_THAT(svg, testing::HasSubstr("font-family=\"DejaVu Sans, Verdana, sans-serif\""));
    const auto texts = all_marks<figure::TextMark>(figure);
    EXPECT_GT(texts.size(), 3u);
    for (const figure::TextMark& text : texts)
      for (const figure::TextRun& run : figure::layout_text(text.markup, text.size).runs)
        EXPECT_THAT(svg, testing::HasSubstr(">" + escaped(run.text) + "</tspan>"));

    // Every part can be taken hold of by its name.
    std::set<std::string> ids;
    static const std::regex kId(" id=\"([^\"]*)\"");
    for (std::sregex_iterator at(svg.begin(), svg.end(), kId), end; at != end; ++at)
      EXPECT_TRUE(ids.insert((*at)[1]).second) << (*at)[1];
    for (const figure::Group& group : figure.groups)
      EXPECT_TRUE(ids.contains(group.id)) << group.id;
    EXPECT_EQ(occurrences(svg, "<g "), occurrences(svg, "<g id=\""));
  }
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const figure::FigureInfo& info : figure::catalogue()) names.push_back(info.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Catalogue, EverySvg, ::testing::ValuesIn(all_names()),
                         [](const auto& test) { return support::test_name(test.param); });

}  // namespace
}  // namespace backflow::exporting
