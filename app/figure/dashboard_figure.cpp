#include "app/figure/dashboard_figure.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

#include "app/figure/place.h"

namespace backflow::figure {
namespace {

// A part's place in shares of the room.
struct Panel {
  const char* name;
  double left, top, width, height;
};

// As in the window. What has the steps along one axis is broader than what has the iterations.
constexpr double kBroad = 0.6, kUpper = 0.48;
constexpr double kLettersWide = 78.0, kLettersHigh = 54.0;  // of the whole
constexpr Panel kParts[] = {
    {"unrolled", 0.0, 0.0, kBroad, kUpper},
    {"jacobian-norms", 0.0, kUpper, kBroad, 1.0 - kUpper},
    {"loss", kBroad, 0.0, 1.0 - kBroad, kUpper},
    {"gradient-norm", kBroad, kUpper, 1.0 - kBroad, 1.0 - kUpper},
};

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

}  // namespace

Figure build_dashboard(const session::Snapshot& snapshot, const View& view,
                       const FigureStyle& asked, Size size) {
  // Where there is less room, all of it becomes smaller rather than some of it unreadable.
  FigureStyle style = asked;
  style.font_size =
      std::min({style.font_size, size.width / kLettersWide, size.height / kLettersHigh});
  const double gap = 0.75 * style.font_size;
  Figure figure;
  figure.name = "dashboard";
  figure.title = "Gradients through time";
  figure.width = size.width;
  figure.height = size.height;
  figure.background = palette(style.theme).background;
  const Size room{size.width - gap, size.height - gap};
  for (const Panel& part : kParts) {
    const Size own{std::round(part.width * room.width) - gap,
                   std::round(part.height * room.height) - gap};
    if (own.width <= 0.0 || own.height <= 0.0) continue;
    Figure panel = find_figure(part.name)->build(snapshot, view, style, own);
    // Nothing in a picture of everything is under the mouse.
    panel.plot.reset();
    panel.side_plots.clear();
    panel.hot_spots.clear();
    place(figure, std::move(panel),
          {gap + std::round(part.left * room.width), gap + std::round(part.top * room.height)});
  }
  return figure;
}

void write_dashboard_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink) {
  sink("figure,row,column,value\n");
  for (const Panel& part : kParts) {
    std::string csv;
    find_figure(part.name)->write_csv(snapshot, view, [&](std::string_view text) { csv += text; });
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    const std::vector<std::string> names = fields_of(line);
    for (std::size_t row = 0; std::getline(lines, line); ++row) {
      const std::vector<std::string> fields = fields_of(line);
      for (std::size_t i = 0; i < fields.size() && i < names.size(); ++i)
        sink(std::string(part.name) + "," + std::to_string(row) + "," + names[i] + "," + fields[i] +
             "\n");
    }
  }
}

std::string dashboard_tooltip(const session::Snapshot&, const View&, const Figure&, Point) {
  return {};
}

}  // namespace backflow::figure
