#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/quantity_names.h"
#include "app/figure/text_markup.h"
#include "app/figure/ticks.h"
#include "app/figure/unrolled_parts.h"

namespace backflow::figure {
namespace {

using model::Index;
using Texts = std::vector<std::string>;  // the same in different lengths, longest first

class LabelWriter {
public:
  LabelWriter(Group& group, const FigureStyle& style, const UnrolledData& data,
              const UnrolledLayout& layout)
      : group_(group),
        colors_(palette(style.theme)),
        data_(data),
        layout_(layout),
        f_(layout.font),
        room_(layout.area.rect.x - layout.font) {}

  void write() {
    const auto& record = data_.rec();
    label(layout_.loss, {"loss L_{t}", "L_{t}"});
    label(layout_.output, {"output ŷ_{t}", "ŷ_{t}"}, output_note());
    label(layout_.blame, {"blame ∂L/∂h_{t}", "∂L/∂h_{t}"});
    factor();
    label(layout_.hidden, {"state h_{t}", "h_{t}"}, share(record.trace.h.rows(), layout_.hidden));
    if (layout_.cell.height > 0.0) cell();
    label(layout_.input, {"input x_{t}", "x_{t}"},
          input_words() ? Texts() : share(record.batch.inputs.rows(), layout_.input, "inputs"));
    step();
  }

private:
  static constexpr double kNoteSize = 0.85, kNoteLine = 1.1;  // in font sizes

  bool strips() const { return layout_.detail == Detail::compact; }

  void step() {
    const Index steps = layout_.steps_per_cell();
    Texts names{"step t", "t"};
    if (strips() && steps > 1) names.insert(names.begin(), fmt::format("step t, {} a cell", steps));
    label(layout_.axis, names);
  }

  // That several units share a row of cells.
  Texts share(Index units, const Row& row, const char* name = "units") const {
    const Bands bands = bands_of(units, row.height);
    if (!strips() || bands.units == 1) return {};
    return {fmt::format("{} {}, {} a row", units, name, bands.units),
            fmt::format("{} a row", bands.units)};
  }

  bool input_words() const {
    const model::Batch& batch = data_.rec().batch;
    if (batch.input_words.empty()) return false;
    for (Index t = 1; t <= data_.steps; ++t)
      if (!layout_.word_fits(batch.input_word(t, data_.sequence))) return false;
    return true;
  }

  bool output_words() const {
    for (Index t = layout_.first; t <= layout_.last; ++t)
      if (data_.has_words(t) && layout_.word_fits(data_.word(data_.predicted(t))) &&
          layout_.word_fits(data_.word(data_.target(t))))
        return true;
    return false;
  }

  // What the strongest colour of an output is, and how many share a row.
  Texts output_note() const {
    if (output_words()) {
      if (!strips() || data_.has_one_output()) return {};
      return {"below, if wrong: y_{t}", "if wrong: y_{t}", "wrong: y_{t}", "y_{t}"};
    }
    if (!data_.output_is_scaled || data_.output_scale <= 0.0) return {};
    const std::string limit = "0–" + compact(data_.output_scale);
    const Texts shared = share(data_.rec().trace.y_hat.rows(), layout_.output);
    const std::string shorter = "0–" + fixed(data_.output_scale, 2);
    if (shared.empty()) return {limit, shorter};
    return {limit + ", " + shared.back(), limit, shorter};
  }

  // The legend explains the colours of h; those of c reach further.
  void cell() {
    const std::string limit = "±" + compact(data_.cell_scale);
    const std::string name = "cell c_{t}", full = name + " (" + limit + ")";
    if (text_width(full, f_) <= room_)
      label(layout_.cell, {full}, share(data_.rec().trace.c.rows(), layout_.cell));
    else
      label(layout_.cell, {name, "c_{t}"}, {limit});
  }

  void text(Point left_middle, const std::string& markup, double size, Color color) {
    group_.marks.push_back(TextMark{.anchor = left_middle,
                                    .markup = markup,
                                    .size = size,
                                    .color = color,
                                    .v_align = VAlign::middle});
  }

  // The name, and the note in smaller letters below it.
  void label(const Row& row, const Texts& names, const Texts& notes = {}) {
    const std::string note = first_that_fits(notes, kNoteSize * f_, room_);
    const bool both = !note.empty() && row.height >= f_;
    const double y = std::max(row.middle() - (both ? 0.5 * kNoteLine * f_ : 0.0), lowest_);
    text({0.75 * f_, y}, first_that_fits(names, f_, room_), f_, colors_.text);
    if (both) text({0.75 * f_, y + kNoteLine * f_}, note, kNoteSize * f_, colors_.muted_text);
  }

  static std::string limit(double log10) {
    return std::abs(log10) < 4.0 ? compact_power(log10) : decade(static_cast<int>(log10));
  }

  // The strip's limits are not those of the blame above it, so it brings its own bar.
  void factor() {
    if (!strips() || data_.log10_factor.empty() || layout_.factor.height <= 0.0) return;
    const std::string symbol = factor_symbol(data_.rec().model.cell, data_.block, "t");
    const double y = std::max(layout_.factor.middle(), layout_.blame.middle() + 1.1 * f_);
    text({0.75 * f_, y}, first_that_fits({"factor " + symbol, symbol, "factor"}, f_, room_), f_,
         colors_.text);
    const double size = kNoteSize * f_, below = y + kNoteLine * f_;
    lowest_ = below + 1.2 * f_;
    const std::string low = limit(data_.factor_scale.low), high = limit(data_.factor_scale.high);
    const double before = text_width(low, size) + 0.35 * f_;
    const double bar = room_ - before - text_width(high, size) - 0.35 * f_;
    if (bar < f_) {
      const std::string both = fmt::format("10^{{±{}}}", static_cast<int>(data_.factor_scale.high));
      text({0.75 * f_, below}, first_that_fits({low + "–" + high, both}, size, room_), size,
           colors_.muted_text);
      return;
    }
    text({0.75 * f_, below}, low, size, colors_.muted_text);
    add_plain_color_bar(group_, data_.factor_scale,
                        {0.75 * f_ + before, below - 0.3 * f_, bar, 0.6 * f_}, colors_.axis);
    text({0.75 * f_ + before + bar + 0.35 * f_, below}, high, size, colors_.muted_text);
  }

  Group& group_;
  const Palette& colors_;
  const UnrolledData& data_;
  const UnrolledLayout& layout_;
  double f_, room_;
  double lowest_ = 0.0;  // where the next label may be
};

}  // namespace

void add_unrolled_labels(Figure& figure, const FigureStyle& style, const UnrolledData& data,
                         const UnrolledLayout& layout) {
  Group group{"rows", std::nullopt, {}};
  LabelWriter(group, style, data, layout).write();
  figure.groups.push_back(std::move(group));
}

void add_unrolled_steps(Figure& figure, const FigureStyle& style, const UnrolledData& data,
                        const UnrolledLayout& layout) {
  const double f = layout.font;
  Group group{"steps", std::nullopt, {}};
  const auto label = [&](double x, const std::string& markup) {
    group.marks.push_back(TextMark{.anchor = {x, layout.axis.middle()},
                                   .markup = markup,
                                   .size = f,
                                   .color = palette(style.theme).text,
                                   .h_align = HAlign::center,
                                   .v_align = VAlign::middle});
  };
  // The last step, where the blame starts, comes before all others. Its number may reach into the
  // margin.
  double end = layout.area.rect.right() + 1.0;
  const double last = layout.x(static_cast<double>(data.steps));
  if (layout.last == data.steps && last < layout.area.rect.right()) {
    const std::string number = grouped(static_cast<std::uint64_t>(data.steps));
    const double half = text_width(number, f) / 2.0;
    const double x = std::min(last, figure.width - 0.5 * f - half);
    label(x, number);
    end = x - half - 0.7 * f;
  }
  const AxisSpan span{layout.area.x_min, layout.area.x_max, layout.area.rect.width, f, false, true};
  for (const Tick& tick : linear_ticks(span)) {
    const double x = layout.x(tick.position), half = text_width(tick.label, f) / 2.0;
    // A 0 in a narrow column may reach into the margin as well.
    const bool shown =
        layout.shows(x, 2.0 * half) || (tick.position == 0.0 && layout.shows(x, 0.0));
    if (shown && x + half <= end) label(x, tick.label);
  }
  figure.groups.push_back(std::move(group));
}

}  // namespace backflow::figure
