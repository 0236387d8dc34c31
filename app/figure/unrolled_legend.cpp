#include <algorithm>
#include <cmath>

#include "app/figure/color_bar.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/text_markup.h"
#include "app/figure/unrolled_parts.h"

namespace backflow::figure {
namespace {

// Puts one item after the other while there is room.
class LegendWriter {
public:
  LegendWriter(Group& group, const FigureStyle& style, const UnrolledLayout& layout, double right)
      : group_(group),
        style_(style),
        colors_(palette(style.theme)),
        f_(layout.font),
        x_(0.75 * layout.font),
        y_(layout.legend.top + 0.9 * layout.font),
        right_(right) {}

  void values(const UnrolledData& data) {
    const std::string low = compact(-data.hidden_scale), high = compact(data.hidden_scale);
    const double bar = std::max(6.0 * f_, 1.4 * (text_width(low + high, f_) + f_));
    const std::string title = "unit value";
    if (!reserve(text_width(title, f_) + bar + 0.7 * f_)) return;
    text(title, true);
    value_bar({x_, y_ - 0.55 * f_, bar, 1.1 * f_}, data.hidden_scale);
    below(low, x_, HAlign::left);
    below("0", x_ + bar / 2.0, HAlign::center);
    below(high, x_ + bar, HAlign::right);
    x_ += bar + 1.8 * f_;
  }

  void blame(const UnrolledData& data) {
    // Room for what follows, which is missed more than a long title.
    double reserved =
        data.log10_factor.empty() ? 0.0 : text_width(meanings(data)[1], f_) + 1.5 * f_;
    for (const Special& color : specials(data)) reserved += swatch_width(color.name);
    std::string title =
        first_that_fits({"blame, relative to the last step", "blame / last step", "blame"}, f_,
                        right_ - x_ - 12.5 * f_ - reserved);
    const double bar = 11.0 * f_;
    if (title.empty()) title = "blame";  // the bar itself is missed most
    if (!reserve(text_width(title, f_) + bar + 1.7 * f_)) return;
    text(title, true);
    add_horizontal_color_bar(group_, style_, data.blame_scale,
                             {x_ + 0.6 * f_, y_ - 0.55 * f_, bar, 1.1 * f_});
    x_ += bar + 2.6 * f_;
  }

  // Both bars in one line, their limits at either side; what flows back is missed most.
  void one_line(const UnrolledData& data) {
    const ColorScale& scale = data.blame_scale;
    beside("blame", limit(scale.low), limit(scale.high),
           [&](const Rect& bar) { add_plain_color_bar(group_, scale, bar, colors_.axis); });
    special(data);
    beside("unit", compact(-data.hidden_scale), compact(data.hidden_scale),
           [&](const Rect& bar) { value_bar(bar, data.hidden_scale); });
  }

  void special(const UnrolledData& data) {
    for (const Special& color : specials(data)) swatch(color);
  }

  void factor(const UnrolledData& data) {
    if (data.log10_factor.empty()) return;
    const std::string title = first_that_fits(meanings(data), f_, right_ - x_);
    if (!title.empty()) text(title, true);
  }

private:
  // What the factor means, longest form first. A part of an LSTM's state is not all that passes.
  static std::vector<std::string> meanings(const UnrolledData& data) {
    const std::string symbol = factor_symbol(data.rec().model.cell, data.block, "t");
    if (data.has_cell_state() && data.block != gradient::StateBlock::full) {
      const bool cell = data.block == gradient::StateBlock::cell;
      return {symbol + (cell ? ": one step of c alone, h held" : ": one step of h alone, c held"),
              symbol + (cell ? ": one step of c alone" : ": one step of h alone")};
    }
    return {symbol + ": the most that one step can stretch the blame",
            symbol + ": most a step can stretch it", symbol + " ≥ stretch"};
  }

  // Values that have a colour of their own.
  struct Special {
    Color color;
    std::string name;
    bool hatched = false;
  };

  static std::vector<Special> specials(const UnrolledData& data) {
    const ColorScale& scale = data.factor_scale;
    std::vector<Special> list;
    if (data.some_zero()) list.push_back({scale.zero, "exact 0"});
    if (data.some_not_finite) list.push_back({scale.not_finite, "not finite", true});
    return list;
  }

  // As below the bar that has a line of its own.
  static std::string limit(double log) {
    return log == std::round(log) ? decade(static_cast<int>(log)) : compact_power(log);
  }

  double swatch_width(const std::string& name) const { return text_width(name, f_) + 3.0 * f_; }

  void swatch(const Special& special) {
    if (!reserve(swatch_width(special.name) - 1.7 * f_)) return;
    const Rect box{x_, y_ - 0.55 * f_, 1.1 * f_, 1.1 * f_};
    group_.marks.push_back(RectMark{box, special.color, Stroke{colors_.axis, 1.0}, 0.0});
    if (special.hatched) group_.marks.push_back(not_finite_hatch(box, style_));
    x_ += 1.6 * f_;
    text(special.name, true);
    x_ += 0.7 * f_;
  }

  void value_bar(const Rect& bar, double scale) {
    constexpr int kParts = 20;
    for (int i = 0; i < kParts; ++i) {
      const double value = (2.0 * (i + 0.5) / kParts - 1.0) * scale;
      group_.marks.push_back(
          RectMark{{bar.x + bar.width * i / kParts, bar.y, bar.width / kParts + 0.3, bar.height},
                   value_color(value, scale, colors_, style_),
                   std::nullopt,
                   0.0});
    }
  }

  template <class DrawBar>
  void beside(const std::string& title, const std::string& low, const std::string& high,
              DrawBar draw_bar) {
    const double bar = 5.0 * f_;
    if (!reserve(text_width(title, f_) + text_width(low, f_) + text_width(high, f_) + bar +
                 2.0 * f_))
      return;
    text(title, true);
    text(low, false);
    x_ -= 0.2 * f_;
    draw_bar(Rect{x_, y_ - 0.45 * f_, bar, 0.9 * f_});
    x_ += bar + 0.5 * f_;
    text(high, false);
    x_ += 0.7 * f_;
  }

  bool reserve(double width) const { return x_ + width <= right_; }

  void text(const std::string& markup, bool muted) {
    group_.marks.push_back(TextMark{.anchor = {x_, y_},
                                    .markup = markup,
                                    .size = f_,
                                    .color = muted ? colors_.muted_text : colors_.text,
                                    .v_align = VAlign::middle});
    x_ += text_width(markup, f_) + 0.7 * f_;
  }

  void below(const std::string& markup, double x, HAlign align) {
    group_.marks.push_back(TextMark{.anchor = {x, y_ + 0.9 * f_},
                                    .markup = markup,
                                    .size = f_,
                                    .color = colors_.text,
                                    .h_align = align,
                                    .v_align = VAlign::top});
  }

  Group& group_;
  const FigureStyle& style_;
  const Palette& colors_;
  double f_, x_, y_, right_;
};

}  // namespace

void add_unrolled_legend(Figure& figure, const FigureStyle& style, const UnrolledData& data,
                         const UnrolledLayout& layout) {
  if (layout.legend.height <= 0.0) return;
  Group group{"legend", std::nullopt, {}};
  LegendWriter legend(group, style, layout, figure.width - 0.75 * layout.font);
  if (layout.legend_is_one_line()) {
    legend.one_line(data);
  } else {
    legend.values(data);
    legend.blame(data);
    legend.special(data);
    legend.factor(data);
  }
  figure.groups.push_back(std::move(group));
}

}  // namespace backflow::figure
