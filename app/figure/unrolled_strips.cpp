#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/figure/unrolled_parts.h"

namespace backflow::figure {
namespace {

using model::Index;

class StripDrawer {
public:
  StripDrawer(Group& group, const FigureStyle& style, const UnrolledData& data,
              const UnrolledLayout& layout)
      : group_(group),
        style_(style),
        colors_(palette(style.theme)),
        data_(data),
        layout_(layout),
        stride_(layout.steps_per_cell()) {}

  void draw() {
    const auto& record = data_.rec();
    const auto at_every_step = [](Index) { return true; };
    draw_values(record.trace.h, data_.hidden_scale, layout_.hidden, at_every_step);
    if (layout_.cell.height > 0.0)
      draw_values(record.trace.c, data_.cell_scale, layout_.cell, at_every_step);
    draw_values(record.batch.inputs, data_.input_scale, layout_.input,
                [this](Index t) { return !writes_input(t); });
    draw_values(record.trace.y_hat, data_.output_scale, layout_.output,
                [this](Index t) { return data_.has_output(t) && !writes_output(t); });
    draw_words();
    draw_forward(layout_.hidden);
    if (layout_.cell.height > 0.0) draw_forward(layout_.cell);
    draw_losses();
    draw_single_output();
    draw_blame();
    draw_cuts();
  }

private:
  double f() const { return layout_.font; }

  // The columns of `count` steps from t on, with a gap where there is room for one. The last
  // of many steps can be seen as well.
  Rect bin(Index t, Index count, const Row& row) const {
    const double gap = layout_.column > 8.0 ? 0.14 * layout_.column : 0.0;
    const double right = layout_.x(static_cast<double>(t + count) - 0.5) - gap / 2.0;
    const double left = std::min(layout_.x(static_cast<double>(t) - 0.5) + gap / 2.0, right - 2.0);
    return {left, row.top, right - left, row.height};
  }

  // Of the units first..first + count − 1 over steps t.. of a bin: the value of largest size, for a
  // mean would fade to grey and one unit of many would miss the single 1 of a one-hot input. NaN
  // when one is not finite; nothing when no step has values.
  template <class Has>
  std::optional<double> strongest(const model::StepMatrices& values, Index t, Index steps,
                                  Index first, Index count, Has has) const {
    std::optional<double> strongest;
    for (Index s = t; s < t + steps; ++s) {
      if (!has(s)) continue;
      for (const double value : values.step(s).col(data_.sequence).segment(first, count)) {
        if (!std::isfinite(value)) return std::numeric_limits<double>::quiet_NaN();
        if (!strongest || std::abs(value) > std::abs(*strongest)) strongest = value;
      }
    }
    return strongest;
  }

  // Cells of (band of units) × (bin of steps).
  template <class Has>
  void draw_values(const model::StepMatrices& values, double scale, const Row& row, Has has) {
    if (values.count() == 0) return;
    const Bands bands = bands_of(values.rows(), row.height);
    const Index from = std::max(values.first(), layout_.first);
    const Index to = std::min(values.last(), layout_.last);
    const double height = row.height / static_cast<double>(bands.count);
    const double gap = height > 6.0 ? 1.0 : 0.0;
    for (Index band = 0; band < bands.count; ++band) {
      const Index first = band * bands.units;
      const Index count = std::min(bands.units, values.rows() - first);
      const Row part{row.top + height * static_cast<double>(band), height - gap};
      for (Index t = from; t <= to; t += stride_) {
        const Index steps = std::min(stride_, to - t + 1);
        const auto value = strongest(values, t, steps, first, count, has);
        if (!value) continue;
        add_cell(bin(t, steps, part), value_color(*value, scale, colors_, style_));
      }
      hatch_runs(
          [&](Index t) {
            return t >= from && t <= to && has(t) &&
                   !values.step(t).col(data_.sequence).segment(first, count).allFinite();
          },
          part);
    }
  }

  // Cells that touch and are alike become one.
  void add_cell(const Rect& rect, Color color) {
    if (!group_.marks.empty())
      if (auto* last = std::get_if<RectMark>(&group_.marks.back());
          last != nullptr && last->fill == color && last->rect.y == rect.y &&
          std::abs(last->rect.right() - rect.x) < 1e-6) {
        last->rect.width = rect.right() - last->rect.x;
        return;
      }
    group_.marks.push_back(RectMark{rect, color, std::nullopt, 0.0});
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

  std::string input_word(Index t) const { return data_.rec().batch.input_word(t, data_.sequence); }

  bool writes_input(Index t) const {
    return t >= 1 && !data_.rec().batch.input_words.empty() && layout_.word_fits(input_word(t));
  }

  bool writes_output(Index t) const {
    return data_.has_words(t) && layout_.word_fits(data_.word(data_.predicted(t))) &&
           layout_.word_fits(data_.word(data_.target(t)));
  }

  // In place of cells where the columns are wide enough.
  void draw_words() {
    for (Index t = std::max<Index>(1, layout_.first); t <= layout_.last; ++t) {
      const double x = layout_.x(static_cast<double>(t));
      if (writes_input(t)) word({x, layout_.input.middle()}, input_word(t), colors_.text);
      if (writes_output(t)) draw_answer(t, x);
    }
  }

  // The class with the largest ŷ; where it is not the target, in the colour of a warning with the
  // target below it.
  void draw_answer(Index t, double x) {
    const Row& row = layout_.output;
    const Index answer = data_.predicted(t), target = data_.target(t);
    const double line = std::min(0.55 * f(), 0.25 * row.height + 0.19 * f());
    const bool wrong = answer != target, both = row.height >= f();
    word({x, row.middle() - (both ? line : 0.0)}, data_.word(answer),
         wrong ? colors_.warning : colors_.text, wrong);
    if (wrong && both) word({x, row.middle() + line}, data_.word(target), colors_.text);
  }

  void word(Point center, const std::string& markup, Color color, bool bold = false) {
    group_.marks.push_back(TextMark{.anchor = center,
                                    .markup = markup,
                                    .size = layout_.word_size(markup),
                                    .color = color,
                                    .h_align = HAlign::center,
                                    .v_align = VAlign::middle,
                                    .bold = bold});
  }

  // Bars relative to the largest loss of a step.
  void draw_losses() {
    for (Index t = std::max<Index>(1, layout_.first); t <= layout_.last; t += stride_) {
      double largest = 0.0;
      for (Index s = t; s < std::min(t + stride_, layout_.last + 1); ++s)
        if (std::isfinite(data_.loss[static_cast<std::size_t>(s - 1)]))
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
    const Index T = data_.steps;
    if (!data_.has_one_output() || !data_.has_output(T) || layout_.last != T) return;
    const double loss = data_.loss.back();
    beside(layout_.loss, std::isnan(loss) ? "L is not a number" : "L = " + compact(loss));
    beside(layout_.output, data_.output_text(T) + ",  " + data_.target_text(T));
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
    hatch_logs(data_.relative_blame, layout_.blame);
    if (data_.log10_factor.empty() || layout_.factor.height <= 0.0) return;
    draw_band(data_.log10_factor, layout_.factor, data_.factor_scale);
    hatch_logs(data_.log10_factor, layout_.factor);
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
      if (is_not_finite(data_.relative_blame[t])) continue;
      const Color on = color_of(data_.blame_scale, static_cast<float>(data_.relative_blame[t]));
      group_.marks.push_back(PolygonMark{
          {{x, y}, {x + 1.6 * half, y - half}, {x + 1.6 * half, y + half}}, readable_on(on)});
    }
  }

  void hatch_logs(const std::vector<double>& logs, const Row& row) {
    hatch_runs(
        [&](Index t) {
          return (t > 0 || &logs != &data_.log10_factor) &&
                 is_not_finite(logs[static_cast<std::size_t>(t)]);
        },
        row);
  }

  // Steps whose values are not finite, each run as one area without gaps.
  template <class Broken>
  void hatch_runs(Broken broken, const Row& row) {
    for (Index t = layout_.first; t <= layout_.last; ++t) {
      if (!broken(t)) continue;
      const Index from = t;
      while (t < layout_.last && broken(t + 1)) ++t;
      const Rect area = bin(from, t - from + 1, row);
      group_.marks.push_back(RectMark{area, data_.blame_scale.not_finite, std::nullopt, 0.0});
      group_.marks.push_back(not_finite_hatch(area, style_));
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
