#include <algorithm>
#include <cmath>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/figure/unrolled_parts.h"

namespace backflow::figure {
namespace {

using model::Index;

constexpr Index kMostBands = 16;       // of units on top of one another
constexpr double kNarrowestBin = 3.0;  // figure units

class StripDrawer {
public:
  StripDrawer(Group& group, const FigureStyle& style, const UnrolledData& data,
              const UnrolledLayout& layout)
      : group_(group),
        style_(style),
        colors_(palette(style.theme)),
        data_(data),
        layout_(layout),
        stride_(std::max<Index>(1, static_cast<Index>(std::ceil(kNarrowestBin / layout.column)))) {}

  void draw() {
    const auto& record = data_.rec();
    const auto at_every_step = [](Index) { return true; };
    draw_values(record.trace.h, data_.hidden_scale, layout_.hidden, at_every_step);
    if (layout_.cell.height > 0.0)
      draw_values(record.trace.c, data_.cell_scale, layout_.cell, at_every_step);
    draw_values(record.batch.inputs, data_.input_scale, layout_.input, at_every_step);
    draw_values(record.trace.y_hat, data_.output_scale, layout_.output,
                [this](Index t) { return data_.has_output(t); });
    draw_words();
    draw_forward(layout_.hidden);
    if (layout_.cell.height > 0.0) draw_forward(layout_.cell);
    draw_losses();
    draw_single_output();
    draw_blame();
    draw_cuts();
    draw_non_finite();
  }

private:
  double f() const { return layout_.font; }

  // The columns of `count` steps from t on, with a gap where there is room for one.
  Rect bin(Index t, Index count, const Row& row) const {
    const double gap = layout_.column > 8.0 ? 0.14 * layout_.column : 0.0;
    const double left = layout_.x(static_cast<double>(t) - 0.5) + gap / 2.0;
    const double right = layout_.x(static_cast<double>(t + count) - 0.5) - gap / 2.0;
    return {left, row.top, right - left, row.height};
  }

  // Cells of (band of units) × (bin of steps), each with the value in its middle, or of the last
  // step of the bin that has one.
  template <class Has>
  void draw_values(const model::StepMatrices& values, double scale, const Row& row, Has has) {
    if (values.count() == 0) return;
    const Index bands = std::min(values.rows(), kMostBands);
    const Index from = std::max(values.first(), layout_.first);
    const Index to = std::min(values.last(), layout_.last);
    for (Index t = from; t <= to; t += stride_) {
      const Index count = std::min(stride_, to - t + 1);
      Index shown = t + count / 2;
      if (!has(shown)) shown = t + count - 1;
      while (shown > t && !has(shown)) --shown;
      if (!has(shown)) continue;
      const Rect rect = bin(t, count, row);
      const double height = rect.height / static_cast<double>(bands);
      for (Index band = 0; band < bands; ++band) {
        // One value of the cell's many: a mean over units or steps would fade to grey.
        const Index unit = (2 * band + 1) * values.rows() / (2 * bands);
        const double value = values.step(shown)(unit, data_.sequence);
        const double gap = height > 6.0 ? 1.0 : 0.0;
        group_.marks.push_back(RectMark{
            {rect.x, rect.y + height * static_cast<double>(band), rect.width, height - gap},
            value_color(value, scale, colors_, style_),
            std::nullopt,
            0.0});
      }
    }
  }

  // The recurrent edges, as arrowheads between the columns.
  void draw_forward(const Row& row) {
    const double half = 0.06 * layout_.column;
    if (half < 1.5) return;
    for (Index t = std::max<Index>(1, layout_.first); t <= layout_.last; ++t) {
      const Point tip{layout_.x(static_cast<double>(t) - 0.5) + half, row.middle()};
      group_.marks.push_back(PolygonMark{
          {tip, {tip.x - 2 * half, tip.y - 1.5 * half}, {tip.x - 2 * half, tip.y + 1.5 * half}},
          colors_.forward});
    }
  }

  void draw_words() {
    const auto& batch = data_.rec().batch;
    if (batch.input_words.empty()) return;
    const double size = 0.9 * f();
    for (Index t = std::max<Index>(1, layout_.first); t <= layout_.last; ++t) {
      const std::string word = batch.input_word(t, data_.sequence);
      if (text_width(word, size) + 4.0 > layout_.column) continue;
      const Rect rect = bin(t, 1, layout_.input);
      group_.marks.push_back(
          RectMark{{rect.x - 1.0, rect.y - 1.0, rect.width + 2.0, rect.height + 2.0},
                   colors_.background,
                   std::nullopt,
                   0.0});
      group_.marks.push_back(TextMark{.anchor = {rect.x + rect.width / 2.0, layout_.input.middle()},
                                      .markup = word,
                                      .size = size,
                                      .color = colors_.text,
                                      .h_align = HAlign::center,
                                      .v_align = VAlign::middle});
    }
  }

  // Bars relative to the largest loss of a step.
  void draw_losses() {
    for (Index t = layout_.first; t <= layout_.last; t += stride_) {
      double largest = 0.0;
      for (Index s = t; s < std::min(t + stride_, layout_.last + 1); ++s)
        if (s >= 1 && std::isfinite(data_.loss[static_cast<std::size_t>(s - 1)]))
          largest = std::max(largest, data_.loss[static_cast<std::size_t>(s - 1)]);
      if (largest <= 0.0 || data_.largest_loss <= 0.0) continue;
      Rect rect = bin(t, std::min(stride_, layout_.last + 1 - t), layout_.loss);
      const double height = std::max(1.0, rect.height * largest / data_.largest_loss);
      rect.y = rect.bottom() - height;
      rect.height = height;
      group_.marks.push_back(RectMark{rect, colors_.loss, std::nullopt, 0.0});
    }
  }

  // With an output at the last step only, its numbers stand beside its cells.
  void draw_single_output() {
    const auto& record = data_.rec();
    const Index T = data_.steps;
    if (!data_.has_one_output() || !data_.has_output(T) || layout_.last != T) return;
    std::string output, target;
    for (Index i = 0; i < record.trace.y_hat.rows(); ++i) {
      output += (i > 0 ? ", " : "") + fixed(record.trace.y_hat.step(T)(i, data_.sequence), 2);
      target += (i > 0 ? ", " : "") + compact(record.batch.targets.step(T)(i, data_.sequence));
    }
    beside(layout_.loss, "L = " + compact(data_.loss.back()));
    beside(layout_.output, "ŷ = " + output + ",  y = " + target);
  }

  void beside(const Row& row, const std::string& markup) {
    const double right = layout_.x(static_cast<double>(data_.steps) - 0.5) - 0.5 * f();
    if (right - text_width(markup, f()) < layout_.area.rect.x) return;
    group_.marks.push_back(TextMark{.anchor = {right, row.middle()},
                                    .markup = markup,
                                    .size = f(),
                                    .color = colors_.text,
                                    .h_align = HAlign::right,
                                    .v_align = VAlign::middle});
  }

  // One cell for each visible step, coloured by log10 values at index t.
  Rect draw_band(const std::vector<double>& logs, const Row& row, const ColorScale& scale) {
    auto values = std::make_shared<std::vector<float>>();
    for (Index t = layout_.first; t <= layout_.last; ++t)
      values->push_back(static_cast<float>(logs[static_cast<std::size_t>(t)]));
    // There is no factor of step 0.
    if (&logs == &data_.log10_factor && layout_.first == 0) values->front() = kNoCell;
    const double left = layout_.x(static_cast<double>(layout_.first) - 0.5);
    const double right = layout_.x(static_cast<double>(layout_.last) + 0.5);
    const Rect band{left, row.top, right - left, row.height};
    group_.marks.push_back(HeatmapMark{band, 1, static_cast<int>(values->size()), values, scale});
    return band;
  }

  void draw_blame() {
    const Rect band = draw_band(data_.relative_blame, layout_.blame, data_.blame_scale);
    group_.marks.push_back(RectMark{band, std::nullopt, Stroke{colors_.axis, 1.0}, 0.0});
    draw_direction(band);
    // One step's factor is rarely beyond ten; blue is less than 1, red more, as everywhere.
    if (!data_.log10_factor.empty())
      draw_band(data_.log10_factor, layout_.factor, color_scale(-1.0, 1.0));
  }

  // Where truncation lets no blame pass, the band is cut through. Cuts too dense to be told apart
  // are left to the header.
  void draw_cuts() {
    const auto& truncation = data_.rec().options.truncation;
    if (static_cast<double>(truncation.steps) * layout_.column < 6.0) return;
    const double top = layout_.blame.top - 0.35 * f();
    const double bottom = std::max(layout_.blame.bottom(), layout_.factor.bottom()) + 0.2 * f();
    for (Index t = std::max<Index>(1, layout_.first); t <= layout_.last; ++t) {
      if (!data_.is_cut(t)) continue;
      const double x = layout_.x(static_cast<double>(t) - 0.5);
      group_.marks.push_back(
          PolylineMark{{{x, top}, {x, bottom}}, {colors_.background, 4.0, Dash::solid}});
      group_.marks.push_back(
          PolylineMark{{{x, top}, {x, bottom}}, {colors_.text, 1.4, Dash::dashed}});
    }
  }

  // Small arrowheads along the band say that blame travels to the left.
  void draw_direction(const Rect& band) {
    const double half = std::min(0.32 * f(), 0.3 * band.height);
    const double y = band.y + band.height / 2.0;
    for (double x = layout_.area.rect.right() - 3.0 * f(); x > layout_.area.rect.x + f();
         x -= 6.0 * f()) {
      const double step = layout_.area.x_min + (x - layout_.area.rect.x) / layout_.column;
      // None across a cut.
      const auto after = static_cast<Index>(std::lround(step + 0.5));
      if (after >= 1 && after <= data_.steps && data_.is_cut(after) &&
          std::abs(x + half - layout_.x(static_cast<double>(after) - 0.5)) < 2.0 * half)
        continue;
      const auto t = static_cast<std::size_t>(
          std::clamp(std::lround(step), 0l, static_cast<long>(data_.steps)));
      const Color on = color_of(data_.blame_scale, static_cast<float>(data_.relative_blame[t]));
      group_.marks.push_back(PolygonMark{
          {{x, y}, {x + 1.6 * half, y - half}, {x + 1.6 * half, y + half}}, readable_on(on)});
    }
  }

  // Steps whose state or blame is not finite, each run as one mark.
  void draw_non_finite() {
    const auto& record = data_.rec();
    const auto broken_state = [&](Index t) {
      return !record.trace.h.step(t).col(data_.sequence).allFinite();
    };
    const auto broken_cell = [&](Index t) {
      return !record.trace.c.step(t).col(data_.sequence).allFinite();
    };
    const auto broken_blame = [&](Index t) {
      return is_not_finite(data_.log10_blame[static_cast<std::size_t>(t)]);
    };
    hatch_runs(broken_state, layout_.hidden);
    if (layout_.cell.height > 0.0) hatch_runs(broken_cell, layout_.cell);
    hatch_runs(broken_blame, layout_.blame);
  }

  template <class Broken>
  void hatch_runs(Broken broken, const Row& row) {
    for (Index t = layout_.first; t <= layout_.last; ++t) {
      if (!broken(t)) continue;
      const Index from = t;
      while (t < layout_.last && broken(t + 1)) ++t;
      group_.marks.push_back(HatchMark{bin(from, t - from + 1, row), {colors_.warning, 1.2}, 7.0});
    }
  }

  Group& group_;
  const FigureStyle& style_;
  const Palette& colors_;
  const UnrolledData& data_;
  const UnrolledLayout& layout_;
  Index stride_;  // steps per bin
};

}  // namespace

void add_unrolled_strips(Group& group, const FigureStyle& style, const UnrolledData& data,
                         const UnrolledLayout& layout) {
  StripDrawer(group, style, data, layout).draw();
}

}  // namespace backflow::figure
