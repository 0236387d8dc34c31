// Every figure against the file in tests/golden that it was when somebody last looked at it. Text
// and structure must be the same; numbers may differ as processors do.
//
// After a change that is meant, look at what has changed and write them anew:
//   BACKFLOW_WRITE_GOLDEN=1 build/release/tests/export/export_tests --gtest_filter='*Golden*'
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/export/cairo_canvas.h"
#include "app/export/svg_canvas.h"
#include "app/figure/catalogue.h"
#include "tests/export/test_images.h"
#include "tests/figure/snapshots.h"
#include "tests/support/test_name.h"

namespace backflow::exporting {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(BACKFLOW_SOURCE_DIR) / "tests/golden";

bool writes_golden() { return std::getenv("BACKFLOW_WRITE_GOLDEN") != nullptr; }

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// A short run of a small network: few steps of rounding lie between the processors.
session::Snapshot snapshot_of(const char* cell) {
  return figure::snapshot_after(
      4, {cell, "task.name=first-bit", "task.steps=5", "task.batch=2", "model.hidden=4"});
}

figure::Figure small(const figure::FigureInfo& info) {
  static const session::Snapshot kVanilla = snapshot_of("model.cell=rnn");
  return info.build(info.of_gates ? snapshot_of("model.cell=gru") : kVanilla, {}, {},
                    {480.0, 320.0});
}

std::string decoded(std::string_view base64) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t word = 0;
  int bits = 0;
  for (const char c : base64) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) break;
    word = word << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) bytes += static_cast<char>(word >> (bits -= 8) & 255u);
  }
  return bytes;
}

// How many bytes hold an image depends on the version of zlib: colours of a grid of its pixels.
std::string with_pixels_for_images(std::string svg) {
  static const std::string kStart = "data:image/png;base64,";
  for (std::size_t at = 0; (at = svg.find(kStart, at)) != std::string::npos;) {
    const std::size_t end = svg.find('"', at);
    const Image image = decode_png(
        decoded(std::string_view(svg).substr(at + kStart.size(), end - at - kStart.size())));
    std::ostringstream text;
    text << image.width << " x " << image.height << ':';
    const int across = std::min(image.width, 12), down = std::min(image.height, 12);
    for (int row = 0; row < down; ++row)
      for (int col = 0; col < across; ++col) {
        const figure::Color c = image.at((2 * col + 1) * image.width / (2 * across),
                                         (2 * row + 1) * image.height / (2 * down));
        text << ' ' << std::hex << std::setfill('0') << '#' << std::setw(2) << int{c.r}
             << std::setw(2) << int{c.g} << std::setw(2) << int{c.b} << std::dec
             << (c.a == 255 ? ""
                 : c.a == 0 ? " clear"
                            : " half clear");
      }
    svg.replace(at, end - at, text.str());
    at += 1;
  }
  return svg;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The line without its numbers, and these by what they are.
struct Parsed {
  std::string words;
  std::vector<double> coordinates, values, levels;  // in attributes, in text, of colours
};

Parsed parsed(const std::string& line) {
  Parsed result;
  bool in_attribute = false;
  for (std::size_t i = 0; i < line.size();) {
    const bool digit_follows = i + 1 < line.size() && line[i + 1] >= '0' && line[i + 1] <= '9';
    if (line[i] == '"') in_attribute = !in_attribute;
    if (line[i] == '#' && i + 7 <= line.size() &&
        line.find_first_not_of("0123456789abcdef", i + 1) >= i + 7) {
      for (std::size_t j = 0; j < 3; ++j)
        result.levels.push_back(std::stoi(line.substr(i + 1 + 2 * j, 2), nullptr, 16));
      result.words += "color";
      i += 7;
    } else if ((line[i] == '-' && digit_follows) || (line[i] >= '0' && line[i] <= '9')) {
      const double number = std::strtod(line.c_str() + i, nullptr);
      (in_attribute ? result.coordinates : result.values).push_back(number);
      result.words += "number";
      i = std::min(line.find_first_not_of("0123456789.", i + 1), line.size());
    } else {
      result.words += line[i++];
    }
  }
  return result;
}

// Coordinates are rounded to 0.01, numbers in texts to three digits, colours to whole levels.
bool alike(const std::string& a, const std::string& b) {
  const Parsed x = parsed(a), y = parsed(b);
  const auto near = [](const std::vector<double>& p, const std::vector<double>& q, double absolute,
                       double relative) {
    return std::equal(p.begin(), p.end(), q.begin(), q.end(), [&](double c, double d) {
      return std::abs(c - d) <= absolute + relative * std::max(std::abs(c), std::abs(d));
    });
  };
  return x.words == y.words && near(x.coordinates, y.coordinates, 0.021, 0.0) &&
         near(x.values, y.values, 1e-9, 0.0101) && near(x.levels, y.levels, 1.0, 0.0);
}

// Empty, or where they differ.
std::string difference(const std::string& expected, const std::string& actual) {
  const auto was = lines_of(with_pixels_for_images(expected));
  const auto is = lines_of(with_pixels_for_images(actual));
  std::string text;
  int shown = 0;
  for (std::size_t i = 0; i < std::max(was.size(), is.size()) && shown < 5; ++i) {
    const std::string& a = i < was.size() ? was[i] : "(no line)";
    const std::string& b = i < is.size() ? is[i] : "(no line)";
    if (alike(a, b)) continue;
    text += "line " + std::to_string(i + 1) + "\n  - " + a.substr(0, 400) + "\n  + " +
            b.substr(0, 400) + "\n";
    ++shown;
  }
  return text;
}

constexpr const char* kHow =
    "If it is meant to be so, look at it and write it anew: BACKFLOW_WRITE_GOLDEN=1 "
    "export_tests --gtest_filter='*Golden*'";

class GoldenSvg : public ::testing::TestWithParam<std::string_view> {};

TEST_P(GoldenSvg, IsWhatItWas) {
  const fs::path path = kGolden / "svg" / (std::string(GetParam()) + ".svg");
  const std::string svg = to_svg(small(*figure::find_figure(GetParam())));
  if (writes_golden()) return write(path, svg);
  ASSERT_TRUE(fs::exists(path)) << path << " is missing. " << kHow;
  const std::string changed = difference(contents(path), svg);
  EXPECT_TRUE(changed.empty()) << path << "\n" << changed << kHow;
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> all;
  for (const figure::FigureInfo& info : figure::catalogue()) all.push_back(info.name);
  return all;
}
INSTANTIATE_TEST_SUITE_P(Catalogue, GoldenSvg, ::testing::ValuesIn(names()),
                         [](const auto& test) { return support::test_name(test.param); });

TEST(Golden, HasNoFileThatBelongsToNoFigure) {
  if (writes_golden()) GTEST_SKIP() << "they are being written";
  std::set<std::string> files;
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(kGolden / "svg")) {
    files.insert(entry.path().stem().string());
    bytes += entry.file_size();
  }
  EXPECT_EQ(files.size(), figure::catalogue().size());
  for (const std::string& name : files) EXPECT_NE(figure::find_figure(name), nullptr) << name;
  EXPECT_LT(bytes, 600'000u);
}

TEST(Golden, ComparisonSeesWhatMattersAndNothingElse) {
  const std::string line = "<text x=\"10.02\" fill=\"#0e7490\">L = 0.314</text>\n";
  EXPECT_EQ(difference(line, "<text x=\"10.03\" fill=\"#0e7391\">L = 0.315</text>\n"), "");
  for (const char* other : {"<text x=\"10.12\" fill=\"#0e7490\">L = 0.314</text>\n",
                            "<text x=\"10.02\" fill=\"#0e7990\">L = 0.314</text>\n",
                            "<text x=\"10.02\" fill=\"#0e7490\">L = 0.414</text>\n",
                            "<text x=\"10.02\" fill=\"#0e7490\">M = 0.314</text>\n", ""})
    EXPECT_THAT(difference(line, other), testing::HasSubstr("line 1\n  - ")) << other;
}

// --- PNG ---------------------------------------------------------------------------------------

// Means of red, green and blue over blocks of 8 by 8 pixels, in which letters drawn by another
// version of the font's library are the same.
std::vector<double> blocks(const Image& image) {
  std::vector<double> means;
  for (int y = 0; y + 8 <= image.height; y += 8)
    for (int x = 0; x + 8 <= image.width; x += 8) {
      double sum[3] = {};
      for (int j = 0; j < 8; ++j)
        for (int i = 0; i < 8; ++i) {
          const figure::Color c = image.at(x + i, y + j);
          sum[0] += c.r, sum[1] += c.g, sum[2] += c.b;
        }
      for (const double level : sum) means.push_back(level / 64.0);
    }
  return means;
}

// Of 255 levels: no block differs by more than that, and all of them by less on average.
constexpr double kWorstBlock = 14.0, kMeanBlock = 0.7;

struct Distance {
  double worst = 0.0, mean = 0.0;
};

Distance between(const Image& a, const Image& b) {
  const auto x = blocks(a), y = blocks(b);
  Distance distance;
  for (std::size_t i = 0; i < x.size(); ++i) {
    distance.worst = std::max(distance.worst, std::abs(x[i] - y[i]));
    distance.mean += std::abs(x[i] - y[i]) / static_cast<double>(x.size());
  }
  return distance;
}

class GoldenPng : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenPng, IsWhatItWas) {
  const fs::path path = kGolden / "png" / (std::string(GetParam()) + ".png");
  figure::Figure figure = small(*figure::find_figure(GetParam()));
  const std::string png = to_png(figure, 1.0);
  if (writes_golden()) return write(path, png);
  const Image expected = decode_png(contents(path)), actual = decode_png(png);
  ASSERT_EQ(actual.width, 480);
  ASSERT_EQ(expected.width, 480) << path;
  ASSERT_EQ(actual.height, expected.height);
  const Distance distance = between(expected, actual);
  EXPECT_LT(distance.worst, kWorstBlock) << kHow;
  EXPECT_LT(distance.mean, kMeanBlock) << kHow;

  // That is narrow enough to see when a group is missing.
  const std::vector<figure::Group> groups = figure.groups;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].marks.empty()) continue;
    figure.groups = groups;
    figure.groups.erase(figure.groups.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_GT(between(expected, decode_png(to_png(figure, 1.0))).worst, kWorstBlock)
        << groups[i].id;
  }
}
INSTANTIATE_TEST_SUITE_P(Two, GoldenPng, ::testing::Values("loss", "jacobian-norms"),
                         [](const auto& test) { return support::test_name(test.param); });

}  // namespace
}  // namespace backflow::exporting
