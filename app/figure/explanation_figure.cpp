#include "app/figure/explanation_figure.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/figure/explanation.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

constexpr double kMargin = 0.75;  // of the font size, as the header has it
constexpr double kFormulaSize = 13.0 / 12.0, kNumberSize = 11.0 / 12.0;
constexpr double kLineGap = 0.45;   // between the lines of an equation
constexpr double kRowGap = 0.75;    // between rows of equations
constexpr double kGap = 2.2;        // between equations side by side
constexpr int kDetails = 7;         // of NumberDetail
constexpr int kWithout = kDetails;  // no numbers
constexpr int kAbsent = kDetails + 1;

/// One line of an equation as it is placed.
struct Line {
  const Formula* formula;
  double size;
  FormulaBox box;
};

/// An equation in one of its forms.
struct Block {
  std::vector<Line> lines;
  double width = 0.0, height = 0.0;
};

struct Measures {
  double unit;  // the font size

  Line line(const Formula& formula, double size) const {
    return {&formula, size * unit, measure(formula, size * unit)};
  }
  Block block(const Equation& equation, int detail) const {
    Block block;
    if (detail == kAbsent) return block;
    block.lines.push_back(line(equation.symbols, kFormulaSize));
    if (detail != kWithout)
      for (const NumberForm& form : equation.numbers) {
        if (static_cast<int>(form.detail) < detail) continue;
        for (const Formula& formula : form.lines) block.lines.push_back(line(formula, kNumberSize));
        break;
      }
    for (const Line& one : block.lines) {
      block.width = std::max(block.width, one.box.width);
      block.height += one.box.height();
    }
    block.height += kLineGap * unit * static_cast<double>(block.lines.size() - 1);
    return block;
  }
};

/// Where each equation stands: the left end of its first baseline.
struct Arrangement {
  std::vector<const Block*> blocks;
  std::vector<Point> starts;
  double width = 0.0, height = 0.0;
};

class Arranger {
public:
  Arranger(const Explanation& explanation, double unit, double width)
      : explanation_(explanation), unit_(unit), width_(width) {
    const Measures measures{unit};
    for (const Equation& equation : explanation.equations) {
      blocks_.emplace_back();
      for (int detail = 0; detail <= kAbsent; ++detail)
        blocks_.back().push_back(measures.block(equation, detail));
      most_rank_ = std::max(most_rank_, equation.rank);
    }
  }

  double unit() const { return unit_; }

  /// The first of the forms that fits, and then more numbers where there is room left.
  Arrangement best(double height) const {
    std::vector<int> details = first_fit(height);
    for (std::size_t i = 0; i < details.size(); ++i)
      for (int detail = 0; details[i] != kAbsent && detail < details[i]; ++detail) {
        const int before = std::exchange(details[i], detail);
        if (fits(arrange(details), height)) break;
        details[i] = before;
      }
    return arrange(details);
  }

private:
  bool fits(const Arrangement& a, double height) const {
    return a.width <= width_ && a.height <= height;
  }

  std::vector<int> first_fit(double height) const {
    // Equations of at least `rank` in the form `less`, the others in that detail.
    std::vector<int> details(blocks_.size());
    const auto fit = [&](int detail, int rank, int less) {
      for (std::size_t i = 0; i < blocks_.size(); ++i)
        details[i] = explanation_.equations[i].rank >= rank ? less : detail;
      return fits(arrange(details), height);
    };
    for (const int less : {kWithout, kAbsent})
      for (int detail = 0; detail < kDetails; ++detail)
        for (int rank = most_rank_ + 1; rank >= 1; --rank)
          if (fit(detail, rank, less)) return details;
    for (int rank = most_rank_ + 1; rank >= 1; --rank)
      if (fit(kWithout, rank, kAbsent)) return details;
    details.assign(blocks_.size(), kAbsent);
    return details;
  }

  Arrangement arrange(const std::vector<int>& details) const {
    Arrangement result;
    double x = 0.0, top = 0.0;
    std::size_t row_start = 0;
    const auto end_row = [&](std::size_t end) {
      double ascent = 0.0, below = 0.0;
      for (std::size_t i = row_start; i < end; ++i)
        if (!result.blocks[i]->lines.empty()) {
          const double own = result.blocks[i]->lines.front().box.ascent;
          ascent = std::max(ascent, own);
          below = std::max(below, result.blocks[i]->height - own);
        }
      for (std::size_t i = row_start; i < end; ++i) result.starts[i].y = top + ascent;
      result.height = top + ascent + below;
      top = result.height + kRowGap * unit_;
      row_start = end;
      x = 0.0;
    };
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const Block& block = blocks_[i][static_cast<std::size_t>(details[i])];
      if (!block.lines.empty() && x > 0.0 && x + block.width > width_) end_row(i);
      result.blocks.push_back(&block);
      result.starts.push_back({x, 0.0});
      if (block.lines.empty()) continue;
      result.width = std::max(result.width, x + block.width);
      x += block.width + kGap * unit_;
    }
    end_row(blocks_.size());
    return result;
  }

  const Explanation& explanation_;
  double unit_, width_;
  std::vector<std::vector<Block>> blocks_;  // of each equation, by detail
  int most_rank_ = 0;
};

// With smaller letters where not one equation would fit otherwise.
Arranger arranger_for(const Explanation& explanation, double unit, double width, double height) {
  for (const double scale : {1.0, 0.85, 0.7, 0.6}) {
    Arranger arranger(explanation, scale * unit, width);
    const Arrangement arrangement = arranger.best(height);
    if (std::any_of(arrangement.blocks.begin(), arrangement.blocks.end(),
                    [](const Block* block) { return !block->lines.empty(); }))
      return arranger;
  }
  return {explanation, unit, width};
}

double sentence_height(double unit) { return 1.9 * unit; }

/// What highlights mean, for the tooltip.
std::string meaning(const Highlight& highlight, model::CellKind cell) {
  const std::string t = highlight.t < 0 ? "t" : std::to_string(highlight.t);
  const auto at = [&](const char* text) { return fmt::format(fmt::runtime(text), t); };
  switch (highlight.part) {
    case Part::input:
      return at("x_{{{0}}}: the input of step {0}");
    case Part::input_weights:
      return "W_{xh}: input weights, the same at every step";
    case Part::state:
      return at("h_{{{0}}}: the hidden state of step {0}");
    case Part::cell_state:
      return at("c_{{{0}}}: the cell state of step {0}");
    case Part::recurrent_weights:
      return "W_{hh}: recurrent weights, the same at every step";
    case Part::bias:
      return "b_{h}: bias, the same at every step";
    case Part::pre_activation:
      return cell == model::CellKind::rnn
                 ? at("a_{{{0}}}: what step {0} computes from its inputs")
                 : at("the gates of step {0} and their sums a_{{{0}}}, computed from its inputs");
    case Part::output:
      return at("ŷ_{{{0}}}: the output of step {0}, and what the read-out makes it from");
    case Part::output_weights:
      return "W_{hy}, b_{y}: output weights and bias";
    case Part::loss:
      return highlight.t < 0 ? "L: the loss of all steps" : at("L_{{{0}}}: the loss of step {0}");
    case Part::target:
      return at("y_{{{0}}}: the target of step {0}, what the output should be");
    case Part::output_blame:
      return at("what the loss of step {0} says about that step's own output and state");
    case Part::blame:
      return at("e_{{{0}}} = ∂L/∂h_{{{0}}}: the blame that reaches step {0}");
    case Part::later_blame:
      return at("∂L_{{s}}/∂h_{{{0}}}: what the loss of a later step s says about h_{{{0}}}");
    case Part::cell_blame:
      return at(
          "e_{{{0}}}^{{c}} = ∂L/∂c_{{{0}}} with h_{{{0}}} held: the blame that reaches the cell "
          "state of step {0}");
    case Part::delta:
      return at("δ_{{{0}}} = ∂L/∂a_{{{0}}}: the blame before the activation of step {0}");
    case Part::factor:
      return at("J_{{{0}}}: how the state of step {0} depends on the one before");
    case Part::gradient:
      return "the gradient by the weights, a sum over all steps";
  }
  return {};
}

}  // namespace

Figure build_explanation(const session::Snapshot& snapshot, const View& view,
                         const FigureStyle& style, Size size) {
  const Explanation explanation = explain(snapshot, view);
  Figure figure = blank_figure("explanation", "What happens at this step", style, size);
  const double margin = kMargin * style.font_size;
  const Palette& colors = palette(style.theme);
  const double top = add_header(figure, style, explanation.sentences, {});
  const double height = size.height - top - 0.5 * margin;
  const Arranger arranger =
      arranger_for(explanation, style.font_size, size.width - 2.0 * margin, height);
  const Arrangement arrangement = arranger.best(height);
  FormulaMarks marks;
  for (std::size_t i = 0; i < arrangement.blocks.size(); ++i) {
    Point at{margin + arrangement.starts[i].x, top + arrangement.starts[i].y};
    const std::vector<Line>& lines = arrangement.blocks[i]->lines;
    for (std::size_t j = 0; j < lines.size(); ++j) {
      if (j > 0)
        at.y += lines[j - 1].box.descent + kLineGap * arranger.unit() + lines[j].box.ascent;
      place(*lines[j].formula, at,
            {lines[j].size, j == 0 ? colors.text : mix(colors.text, colors.muted_text, 0.6),
             mix(colors.background, colors.accent, 0.4), view.highlight},
            marks);
    }
  }
  figure.groups.push_back({"lit", std::nullopt, std::move(marks.behind)});
  figure.groups.push_back({"formulas", std::nullopt, std::move(marks.marks)});
  figure.hot_spots = std::move(marks.hot_spots);
  return figure;
}

double explanation_height(const session::Snapshot& snapshot, const View& view,
                          const FigureStyle& style, double width, double most) {
  const double unit = style.font_size, margin = kMargin * unit;
  const double rest = 0.6 * unit + sentence_height(unit) + 0.5 * margin;
  const Explanation explanation = explain(snapshot, view);
  const Arranger arranger = arranger_for(explanation, unit, width - 2.0 * margin, most - rest);
  return rest + arranger.best(most - rest).height;
}

void write_explanation_csv(const session::Snapshot& snapshot, const View& view,
                           const CsvSink& sink) {
  sink("quantity,index,value\n");
  for (const Quantity& quantity : explain(snapshot, view).quantities) {
    std::string name;
    for (const char c : quantity.name)
      if (c != '{' && c != '}') name += c;
    for (model::Index i = 0; i < quantity.values.size(); ++i)
      sink(fmt::format("{},{},{}\n", name, i, csv_number(quantity.values[i])));
  }
}

std::string explanation_tooltip(const session::Snapshot& snapshot, const View&,
                                const Figure& figure, Point at) {
  const auto highlight = highlight_at(figure, at);
  return highlight ? meaning(*highlight, snapshot.record->model.cell) : std::string();
}

}  // namespace backflow::figure
