// Exported files judged by programs that are not ours, and the options that decide how they look.
#include <set>

#include "app/export/export.h"
#include "app/figure/catalogue.h"
#include "app/figure/preset.h"
#include "tests/cli/program_call.h"

namespace backflow::cli {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ExportFiles : public InTemporaryFolder {
protected:
  // Exports with these options and returns the file's path.
  std::string exported(const std::string& name, std::vector<const char*> options,
                       const char* figure = "loss") const {
    const std::string file = path(name);
    std::vector<const char*> call{"export", "--figure", figure, "--output", file.c_str()};
    call.insert(call.end(), options.begin(), options.end());
    const Outcome outcome = backflow(call);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return file;
  }
  void refused(std::vector<const char*> options, const std::string& part,
               const char* name = "x.svg") const {
    const std::string file = path(name);
    options.insert(options.begin(), {"export", "--figure", "loss", "--output", file.c_str()});
    expect_refused(options, part);
    EXPECT_FALSE(std::filesystem::exists(file));
  }
};

TEST_F(ExportFiles, EveryFormatOfEveryFigureOpensInAnotherProgram) {
  const std::string all = path("all");
  ASSERT_EQ(backflow({"export", "--set", "model.cell=lstm", "--iterations", "25", "--caption",
                      "--all", all.c_str()})
                .code,
            0);
  std::string names;
  for (const figure::FigureInfo& info : figure::catalogue()) {
    const std::string stem = all + "/" + std::string(info.name);
    EXPECT_THAT(output_of("rsvg-convert " + stem + ".svg -o " + stem + ".rsvg.png"), IsEmpty());
    EXPECT_THAT(output_of("pdftotext " + stem + ".pdf - | tr '\\n' ' '"),
                HasSubstr("Weight seed 1, data seed 1, after 25 iterations."));
    EXPECT_THAT(output_of("pdffonts " + stem + ".pdf"), HasSubstr("DejaVuSans"));
    names += " " + stem;
  }
  // Every chunk of a PNG has its checksum, and the lines are as many and as long as it says.
  EXPECT_EQ(output_of("/usr/bin/python3 -c 'import sys, struct, zlib\n"
                      "for stem in sys.argv[1:]:\n"
                      "  b = open(stem + \".png\", \"rb\").read()\n"
                      "  assert b[:8] == bytes([137, 80, 78, 71, 13, 10, 26, 10]), stem\n"
                      "  at, data, names = 8, b\"\", []\n"
                      "  while at < len(b):\n"
                      "    n, name = struct.unpack(\">I4s\", b[at:at + 8])\n"
                      "    body = b[at + 8:at + 8 + n]\n"
                      "    crc, = struct.unpack(\">I\", b[at + 8 + n:at + 12 + n])\n"
                      "    assert zlib.crc32(name + body) == crc, (stem, name)\n"
                      "    names.append(name)\n"
                      "    if name == b\"IHDR\": head = struct.unpack(\">IIBBBBB\", body)\n"
                      "    if name == b\"IDAT\": data += body\n"
                      "    at += 12 + n\n"
                      "  assert names[-1] == b\"IEND\" and head[2] == 8 and head[6] == 0, stem\n"
                      "  bytes_of_a_pixel = {2: 3, 6: 4}[head[3]]\n"
                      "  lines = len(zlib.decompress(data)) / (1 + bytes_of_a_pixel * head[0])\n"
                      "  assert lines == head[1], (stem, lines)'" +
                      names),
            "");
  // One call for all: numpy takes longer to start than to read.
  EXPECT_EQ(output_of("/usr/bin/python3 -c 'import sys, csv, math, numpy\n"
                      "for stem in sys.argv[1:]:\n"
                      "  table = numpy.load(stem + \".npy\")\n"
                      "  rows = list(csv.reader(open(stem + \".csv\")))\n"
                      "  assert list(table.dtype.names) == rows[0], stem\n"
                      "  assert len(table) == len(rows) - 1, stem\n"
                      "  for ours, theirs in zip(table, rows[1:]):\n"
                      "    for a, b in zip(ours, theirs):\n"
                      "      if isinstance(a, str): assert a == b, (stem, a, b)\n"
                      "      else:\n"
                      "        b = float(b or \"nan\")\n"
                      "        assert a == b or math.isnan(a) and math.isnan(b), (stem, a, b)'" +
                      names),
            "");
}

TEST_F(ExportFiles, APdfHasItsTextItsSizeAndTheSameBytesAgain) {
  const auto make = [&](const char* name) {
    return exported(name, {"--iterations", "30", "--caption"}, "gradient-norm");
  };
  const std::string file = make("a.pdf");
  EXPECT_THAT(output_of("pdftotext " + file + " -"),
              AllOf(HasSubstr("Gradient norm and clipping"), HasSubstr("iteration"),
                    HasSubstr("after 30 iterations")));
  EXPECT_THAT(output_of("pdfinfo " + file),
              AllOf(HasSubstr("Gradient norm and clipping"), HasSubstr("Pages:           1"),
                    HasSubstr("2000")));
  EXPECT_EQ(read(file), read(make("b.pdf")));
  const std::string column = exported("c.pdf", {"--preset", "paper-one-column"});
  EXPECT_THAT(output_of("pdfinfo " + column), HasSubstr("Page size:       240.945"));  // 85 mm
}

TEST_F(ExportFiles, APngKnowsItsSizeOnPaperAndWhatItShows) {
  const std::string file = exported("a.png", {"--dpi", "300", "--preset", "paper-one-column"});
  const std::string bytes = read(file);
  EXPECT_THAT(bytes, AllOf(HasSubstr("pHYs"), HasSubstr("Description"),
                           HasSubstr("All settings are the defaults"), HasSubstr("Backflow")));
  const auto number_at = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
      value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
  };
  EXPECT_EQ(number_at(16), 1004u);                       // 85 mm at 300 dpi
  EXPECT_EQ(number_at(bytes.find("pHYs") + 4), 11811u);  // per metre
  const std::string wide = read(exported("b.png", {"--pixels", "777"}));
  EXPECT_EQ(static_cast<unsigned char>(wide[18]) * 256 + static_cast<unsigned char>(wide[19]), 777);
}

TEST_F(ExportFiles, CaptionTitleAndBackgroundAreOnOrOff) {
  const auto svg = [&](std::vector<const char*> options) {
    options.push_back("--force");
    return read(exported("a.svg", std::move(options)));
  };
  const std::string plain = svg({});
  EXPECT_THAT(plain, AllOf(HasSubstr(">Loss over training<"), Not(HasSubstr("id=\"caption\"")),
                           HasSubstr("<desc>The loss L over")));
  const std::string told = svg({"--caption", "--set", "model.hidden=5", "--set", "task.seed=9"});
  EXPECT_THAT(told, AllOf(HasSubstr("id=\"caption\""), HasSubstr("model.hidden=5"),
                          HasSubstr("data seed 9"), Not(HasSubstr("task.seed="))));
  EXPECT_THAT(svg({"--no-title"}), Not(HasSubstr(">Loss over training</tspan>")));
  EXPECT_THAT(svg({"--transparent"}), HasSubstr("fill-opacity=\"0\""));
  EXPECT_THAT(plain, Not(HasSubstr("fill-opacity=\"0\"")));
}

TEST_F(ExportFiles, ColoursOfNormsAreChosen) {
  const auto svg = [&](std::vector<const char*> options) {
    options.push_back("--force");
    return read(exported("a.svg", std::move(options), "contributions"));
  };
  // The nearest lag's colour, near the light end of each map.
  const std::string usual = svg({}), magma = svg({"--colors", "magma"});
  EXPECT_EQ(usual, svg({"--colors", "diverging"}));
  EXPECT_EQ(usual, svg({"--colors", "cividis"}));
  EXPECT_NE(usual, magma);
  EXPECT_NE(magma, svg({"--colors", "viridis"}));
}

TEST_F(ExportFiles, TheNeuronIsTheConfigurations) {
  for (const char* format : {"svg", "pdf", "png", "csv", "npy"})
    for (const char* name : {"error-surface", "error-relief", "bifurcation", "lyapunov"}) {
      const std::string file = path(std::string(name) + "." + format);
      ASSERT_EQ(
          backflow({"export", "--figure", name, "--output", file.c_str(), "--set", "lab.start_w=6"})
              .code,
          0)
          << file;
      EXPECT_GT(read(file).size(), 200u) << file;
      EXPECT_LT(read(path(std::string(name) + ".svg")).size(), 500'000u) << name;
    }
  EXPECT_EQ(read(path("error-relief.csv")), read(path("error-surface.csv")));
  EXPECT_THAT(read(path("error-surface.csv")), HasSubstr("\nclipped,0,6,-2.4,"));
  // The saddle-nodes of w = 6: σ = ½ (1 ± √(1 − 4/6)).
  EXPECT_THAT(read(path("bifurcation.csv")), HasSubstr("\nsaddle-node,1,-3.41509"));
}

TEST_F(ExportFiles, AReliefIsSeenFromTheSideThatIsAskedFor) {
  const auto picture = [&](std::vector<const char*> options) {
    options.push_back("--force");
    return read(exported("a.png", std::move(options), "error-relief"));
  };
  const std::string usual = picture({}), turned = picture({"--turn", "30"});
  EXPECT_EQ(usual, picture({"--turn", "215", "--tilt", "40"}));
  EXPECT_EQ(turned, picture({"--turn", "-330"}));
  EXPECT_NE(usual, turned);
  EXPECT_NE(usual, picture({"--tilt", "70"}));
  const std::string file = path("b.png");
  const Outcome flat =
      backflow({"export", "--figure", "error-surface", "--tilt", "50", "--output", file.c_str()});
  EXPECT_EQ(flat.code, 2);
  EXPECT_THAT(flat.err, HasSubstr("--tilt is for the figure error-relief and changes nothing in "
                                  "error-surface"));
  EXPECT_EQ(
      backflow({"export", "--figure", "error-relief", "--tilt", "5", "--output", file.c_str()})
          .code,
      2);
}

TEST_F(ExportFiles, ACaptionMakesTheFigureHigherUnlessTheHeightIsGiven) {
  const auto height = [&](std::vector<const char*> options) {
    options.push_back("--force");
    const std::string svg = read(exported("a.svg", std::move(options)));
    return std::stod(svg.substr(svg.find("height=\"") + 8));
  };
  EXPECT_GT(height({"--caption"}), height({}) + 20.0);
  EXPECT_EQ(height({"--caption", "--height", "300"}), 300.0);
  EXPECT_EQ(height({"--caption", "--preset", "slide"}), 720.0);
}

TEST_F(ExportFiles, EveryPresetHasItsWidthAndLetters) {
  std::set<std::string> widths;
  for (const figure::Preset& preset : figure::presets()) {
    const std::string name(preset.name);
    const std::string svg = read(exported(name + ".svg", {"--preset", name.c_str()}));
    widths.insert(svg.substr(svg.find("width="), 16));
    EXPECT_EQ(std::stod(svg.substr(svg.find("width=\"") + 7)),
              std::round(preset.width * 100.0) / 100.0);
    std::ostringstream letters;
    letters << "font-size=\"" << std::round(preset.font_size * 100.0) / 100.0 << '"';
    EXPECT_THAT(svg, HasSubstr(letters.str()));
  }
  EXPECT_EQ(widths.size(), figure::presets().size());
}

TEST_F(ExportFiles, LinesAndDashesAreAsLargeAsLetters) {
  // The largest number behind a word, of all that are in the file.
  const auto largest = [&](const std::string& svg, const std::string& word) {
    double most = 0.0;
    for (std::size_t at = svg.find(word); at != std::string::npos; at = svg.find(word, at + 1))
      most = std::max(most, std::stod(svg.substr(at + word.size())));
    return most;
  };
  const std::string usual = read(exported("usual.svg", {}, "gradient-norm"));
  for (const figure::Preset& preset : figure::presets()) {
    const std::string name(preset.name);
    const std::string svg =
        read(exported(name + ".svg", {"--preset", name.c_str()}, "gradient-norm"));
    const double larger = preset.font_size / 12.0;
    for (const char* word : {"stroke-width=\"", "stroke-dasharray=\""}) {
      EXPECT_GT(largest(usual, word), 1.0);
      EXPECT_NEAR(largest(svg, word), larger * largest(usual, word), 0.02) << name << word;
    }
  }
}

TEST_F(ExportFiles, AnExistingFileIsOverwrittenOnlyWhenAskedFor) {
  const std::string file = exported("a.svg", {});
  const std::string before = read(file);
  const Outcome again =
      backflow({"export", "--iterations", "9", "--figure", "loss", "--output", file.c_str()});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, EndsWith("a.svg exists; --force overwrites\n"));
  EXPECT_EQ(read(file), before);
  exported("a.svg", {"--iterations", "9", "--force"});
  EXPECT_NE(read(file), before);
  const std::string all = path("all");
  ASSERT_EQ(backflow({"export", "--all", all.c_str(), "--formats", "csv,svg"}).code, 0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(all), {}),
            static_cast<std::ptrdiff_t>(2 * (figure::catalogue().size() - 1)));  // no gates
  EXPECT_THAT(backflow({"export", "--all", all.c_str(), "--formats", "svg"}).err,
              HasSubstr(" other files exist; --force overwrites"));
}

TEST_F(ExportFiles, OptionsThatWouldChangeNothingAreRefused) {
  refused({"--dpi", "300"}, "--dpi is for PNG");
  refused({"--dpi", "300", "--pixels", "500"}, "use one of them", "x.png");
  refused({"--dpi", "20"}, "20 is not a number from 72 to 1200", "x.png");
  refused({"--caption"}, "--caption is for pictures", "x.npy");
  refused({"--preset", "slide"}, "--preset is for pictures", "x.csv");
  refused({"--transparent"}, "--transparent is for pictures", "x.csv");
  refused({"--no-title"}, "--no-title is for pictures", "x.csv");
  refused({"--colors", "magma"}, "--colors is for the figures unrolled, folded, jacobian-norms");
  refused({"--colors", "virdis"}, "did you mean \"viridis\"?");
  refused({"--preset", "sldie"}, "did you mean \"slide\"?");
  refused({"--formats", "svg"}, "--formats is for --all");
  expect_refused({"export", "--all", path("all").c_str(), "--formats", "svg,bmp"}, "bmp");
}

}  // namespace
}  // namespace backflow::cli
