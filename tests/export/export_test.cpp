#include "app/export/export.h"

#include <gmock/gmock.h>

#include "app/export/base64.h"
#include "tests/export/test_images.h"

namespace backflow::exporting {
namespace {

using testing::HasSubstr;

TEST(Base64, MatchesTheStandardsExamples) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xff\xef\xbe"), "/+++");
}

TEST(Format, IsKnownByTheExtensionInAnyCase) {
  EXPECT_EQ(format_of("a.svg"), Format::svg);
  EXPECT_EQ(format_of("/x.y/A.PNG"), Format::png);
  EXPECT_EQ(format_of("two.png.CsV"), Format::csv);
  for (const char* other : {"", "svg", "a.svgz", "a.sv", "a.svg/", "a.eps", "png.", "a.csv "})
    EXPECT_EQ(format_of(other), std::nullopt) << other;
}

TEST(Format, ExtensionsReadBack) {
  for (const Format format : kAllFormats)
    EXPECT_EQ(format_of("a" + std::string(extension(format))), format);
}

figure::FigureInfo test_info() {
  figure::FigureInfo info{};
  info.name = "test";
  info.build = [](const session::Snapshot& snapshot, const figure::View& view,
                  const figure::FigureStyle& style, figure::Size size) {
    figure::Figure figure = figure_of(size.width, size.height, {});
    figure.title = std::to_string(snapshot.iteration) + (view.loss_log ? " log" : " linear");
    figure.background = figure::palette(style.theme).background;
    return figure;
  };
  info.write_csv = [](const session::Snapshot& snapshot, const figure::View&,
                      const figure::CsvSink& sink) {
    sink("iteration\n");
    sink(std::to_string(snapshot.iteration) + "\n");
  };
  return info;
}

TEST(Render, HandsEverythingToTheFigure) {
  session::Snapshot snapshot;
  snapshot.iteration = 17;
  figure::View view;
  view.loss_log = true;
  Look look;
  look.style.theme = figure::Theme::dark;
  look.size = {40.0, 30.0};
  const figure::FigureInfo info = test_info();

  EXPECT_EQ(render(info, snapshot, view, look, Format::csv), "iteration\n17\n");
  EXPECT_THAT(render(info, snapshot, view, look, Format::svg),
              AllOf(HasSubstr("width=\"40\" height=\"30\""), HasSubstr("<title>17 log</title>")));
  const Image image = decode_png(render(info, snapshot, view, look, Format::png));
  EXPECT_EQ(image.width, 80);
  EXPECT_EQ(image.height, 60);
  EXPECT_EQ(image.at(40, 30), figure::palette(figure::Theme::dark).background);
}

}  // namespace
}  // namespace backflow::exporting
