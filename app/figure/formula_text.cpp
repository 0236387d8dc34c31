#include "app/figure/formula_text.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

constexpr std::array<std::string_view, 6> kBinary{"+", "−", "·", "×", "⊙", "/"};
constexpr std::array<std::string_view, 11> kRelations{"=", "≈", "≠", "<", ">", "≤",
                                                      "≥", "←", "→", "⇒", "∝"};
constexpr std::array<std::string_view, 10> kFunctions{"tanh", "σ",   "ReLU", "exp", "ln",
                                                      "log",  "min", "max",  "f",   "diag"};
constexpr int kDeepest = 16;

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& all, std::string_view word) {
  return std::ranges::find(all, word) != all.end();
}

class Reader {
public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::string read(Formula& formula) {
    Formula all = terms("");
    if (error_.empty() && !rest_.empty())
      fail("has a \"" + std::string(1, rest_.front()) + "\" too many");
    if (error_.empty()) formula = std::move(all);
    return error_;
  }

private:
  void fail(const std::string& error) {
    if (error_.empty()) error_ = error;
    rest_ = {};
  }

  void skip_blanks() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  bool take(std::string_view sign) {
    skip_blanks();
    if (!rest_.starts_with(sign)) return false;
    rest_.remove_prefix(sign.size());
    return true;
  }

  // Up to one of the characters of `stop`, which is left.
  Formula terms(std::string_view stop) {
    std::vector<Formula> parts;
    if (++depth_ > kDeepest) fail("has parts too deep inside each other");
    while (true) {
      skip_blanks();
      if (rest_.empty() || stop.find(rest_.front()) != std::string_view::npos ||
          rest_.front() == ')' || rest_.front() == '}')
        break;
      parts.push_back(one());
    }
    --depth_;
    return parts.size() == 1 ? std::move(parts.front()) : row(std::move(parts));
  }

  Formula one() {
    if (take("\\")) return command();
    if (take(",")) return comma();
    if (take("(")) {
      Formula inner = terms("");
      if (!take(")")) fail("has a parenthesis that is not closed");
      return parenthesized(std::move(inner));
    }
    std::string word = leaf();
    if (word == "-") word = "−";
    if (is_one_of(kBinary, word)) return binary(word);
    if (is_one_of(kRelations, word)) return relation(word);
    skip_blanks();
    if (rest_.starts_with('(') && is_one_of(kFunctions, word)) return function(word);
    return term(word);
  }

  // Up to a blank, a parenthesis or a comma; what is in braces belongs to it.
  std::string leaf() {
    std::size_t end = 0;
    for (int braces = 0; end < rest_.size(); ++end) {
      const char c = rest_[end];
      if (c == '{') ++braces;
      if (c == '}' && braces-- == 0) break;
      if (braces == 0 &&
          (c == ' ' || c == '(' || c == ')' || c == ',' || c == '\\' || c == '&' || c == ';'))
        break;
    }
    std::string word(rest_.substr(0, end));
    if (word.empty() && !rest_.empty()) {  // an "&" or ";" outside a matrix
      word = rest_.front();
      end = 1;
    }
    rest_.remove_prefix(std::min(end, rest_.size()));
    return word;
  }

  Formula braced() {
    if (!take("{")) {
      fail("has a command without its {…}");
      return {};
    }
    Formula inner = terms("");
    if (!take("}")) fail("has a { that is not closed");
    return inner;
  }

  // Markup as it is.
  std::string braced_text() {
    if (!take("{")) {
      fail("has a command without its {…}");
      return {};
    }
    std::string text = leaf_until_brace();
    if (!take("}")) fail("has a { that is not closed");
    return text;
  }

  std::string leaf_until_brace() {
    std::size_t end = 0;
    for (int braces = 0; end < rest_.size(); ++end) {
      if (rest_[end] == '{') ++braces;
      if (rest_[end] == '}' && braces-- == 0) break;
    }
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return text;
  }

  Formula command() {
    const auto end = std::ranges::find_if_not(rest_, [](char c) { return c >= 'a' && c <= 'z'; });
    const std::string name(rest_.begin(), end);
    rest_.remove_prefix(name.size());
    if (name == "frac") {
      Formula above = braced();
      return fraction(std::move(above), braced());
    }
    if (name == "sum" || name == "prod") {
      const std::string below = braced_text();
      return large_operator(name == "sum" ? "∑" : "∏", below, braced_text());
    }
    if (name == "sqrt") return root(braced());
    if (name == "norm") return norm_bars(braced());
    if (name == "raised") {
      Formula base = braced();
      return raised(std::move(base), braced_text());
    }
    if (name == "matrix") return read_matrix();
    fail("has the command \"\\" + name +
         "\"; there are \\frac, \\sum, \\prod, \\sqrt, \\norm, \\raised and \\matrix");
    return {};
  }

  Formula read_matrix() {
    std::vector<Formula> cells;
    int columns = 0, in_row = 1;
    if (!take("{")) fail("has a command without its {…}");
    while (error_.empty()) {
      cells.push_back(terms("&;"));
      if (take("&")) {
        ++in_row;
        continue;
      }
      if (columns == 0) columns = in_row;
      if (in_row != columns) fail("has a matrix whose rows differ in length");
      in_row = 1;
      if (take(";")) continue;
      if (!take("}")) fail("has a { that is not closed");
      break;
    }
    return matrix(std::move(cells), std::max(1, columns));
  }

  std::string_view rest_;
  std::string error_;
  int depth_ = 0;
};

}  // namespace

std::string parse_formula(std::string_view text, Formula& formula) {
  return Reader(text).read(formula);
}

Figure formula_figure(const Formula& formula, Theme theme, double size, double width) {
  FormulaBox box = measure(formula, size);
  if (box.width > width) size *= width / box.width;
  box = measure(formula, size);
  FormulaMarks marks;
  place(formula, {0.0, box.ascent}, {size, palette(theme).text, palette(theme).panel, {}}, marks);
  Figure figure;
  figure.name = "formula";
  figure.title = plain_text(markup_of(formula));
  figure.width = box.width;
  figure.height = box.height();
  figure.background = palette(theme).background;
  figure.groups = {{"formula", {}, std::move(marks.marks)}};
  return figure;
}

}  // namespace backflow::figure
