#include "tests/figure/formula_value.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace backflow::figure {
namespace {

using Kind = Formula::Kind;
using Role = Formula::Role;
using model::Index;
using model::Matrix;
using Value = std::optional<RoundedValue>;

std::string with_plain_minus(std::string text) {
  for (std::size_t at; (at = text.find("−")) != std::string::npos;) text.replace(at, 3, "-");
  return text;
}

// A decimal number and its decimals; nothing for anything else.
std::optional<std::pair<double, int>> decimal(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789.-") != std::string::npos)
    return std::nullopt;
  const auto point = text.find('.');
  return std::pair(std::stod(text),
                   point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1));
}

std::optional<int> power_of_ten(const std::string& text) {
  if (text == "10") return 1;
  if (!text.starts_with("10^{")) return std::nullopt;
  return std::stoi(text.substr(4));
}

Value single(double value, double error) {
  return RoundedValue{Matrix::Constant(1, 1, value), Matrix::Constant(1, 1, error)};
}

// Three significant digits, trailing zeros left out; or more digits than that.
Value number_value(const std::string& markup) {
  std::string text = with_plain_minus(markup);
  double scale = 1.0;
  if (const auto dot = text.find("·"); dot != std::string::npos) {
    scale = std::pow(10.0, *power_of_ten(text.substr(dot + 2)));
    text = text.substr(0, dot);
    const auto read = decimal(text);
    return single(read->first * scale, 0.051 * scale);
  }
  const bool negative = text.starts_with("-10^");
  if (const auto power = power_of_ten(negative ? text.substr(1) : text); power && text != "10")
    return single(std::pow(10.0, *power) * (negative ? -1.0 : 1.0), 0.051 * std::pow(10.0, *power));
  const auto read = decimal(text);
  if (!read) return std::nullopt;
  if (read->first == 0.0) return single(0.0, 0.0);
  const double third = 0.5 * std::pow(10.0, std::floor(std::log10(std::abs(read->first))) - 2.0);
  return single(
      read->first,
      1.001 * (read->second > 0 ? std::min(third, 0.5 * std::pow(10.0, -read->second)) : third));
}

// All entries have the same decimals. Small ones without any are whole numbers.
Value matrix_value(const Formula& formula) {
  const auto columns = static_cast<Index>(formula.columns);
  const Index rows = static_cast<Index>(formula.parts.size()) / columns;
  RoundedValue result{Matrix::Zero(rows, columns), Matrix::Zero(rows, columns)};
  Index shown = rows;
  int decimals = 0;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j) {
      const std::string text =
          with_plain_minus(formula.parts[static_cast<std::size_t>(i * columns + j)].text);
      if (text == "⋮") {
        shown = i;
        continue;
      }
      const auto read = decimal(text);
      if (!read) return std::nullopt;
      result.value(i, j) = read->first;
      result.error(i, j) = text == "0" ? 0.0 : 0.501 * std::pow(10.0, -read->second);
      decimals = read->second;
    }
  if (decimals == 0 && result.value.cwiseAbs().maxCoeff() < 100.0) result.error.setZero();
  return RoundedValue{result.value.topRows(shown), result.error.topRows(shown)};
}

RoundedValue times(const RoundedValue& a, const RoundedValue& b, bool entrywise) {
  const Matrix A = a.value.cwiseAbs() + a.error, B = b.value.cwiseAbs() + b.error;
  const auto multiply = [&](const Matrix& x, const Matrix& y) -> Matrix {
    if (entrywise) return x.cwiseProduct(y);
    if (x.size() == 1) return x(0, 0) * y;
    if (y.size() == 1) return y(0, 0) * x;
    return x * y;
  };
  return {multiply(a.value, b.value), multiply(A, b.error) + multiply(a.error, B)};
}

Value function_value(const std::string& name, const Value& argument) {
  if (!argument) return std::nullopt;
  const Matrix &x = argument->value, &error = argument->error;
  const auto map = [&](const auto& f) {
    const Matrix low = (x - error).unaryExpr(f), high = (x + error).unaryExpr(f);
    return RoundedValue{x.unaryExpr(f), (high - low).cwiseAbs()};
  };
  if (name == "tanh") return map([](double a) { return std::tanh(a); });
  if (name == "σ") return map([](double a) { return 1.0 / (1.0 + std::exp(-a)); });
  if (name == "ReLU") return map([](double a) { return std::max(a, 0.0); });
  if (name == "LReLU") return map([](double a) { return a > 0.0 ? a : 0.01 * a; });
  if (name == "ln") return map([](double a) { return std::log(a); });
  if (name != "softmax") return std::nullopt;
  const Matrix e = (x.array() - x.maxCoeff()).exp().matrix();
  const Matrix y = e / e.sum();
  return RoundedValue{y, 2.0 * error.maxCoeff() * y};
}

bool is_sign(const Formula& formula, const char* sign) {
  return formula.kind == Kind::text && formula.text == sign;
}

// Product of the parts first..last − 1.
Value product_value(const std::vector<Formula>& parts, std::size_t first, std::size_t last) {
  Value result;
  bool entrywise = false, negative = false;
  for (std::size_t i = first; i < last; ++i) {
    const Formula& part = parts[i];
    if (is_sign(part, "·")) continue;
    if (is_sign(part, "⊙")) {
      entrywise = true;
      continue;
    }
    if (part.role == Role::tight && is_sign(part, "−")) {
      negative = !negative;
      continue;
    }
    Value factor;
    const bool scales = part.kind == Kind::text && power_of_ten(with_plain_minus(part.text)) &&
                        i + 1 < last && parts[i + 1].kind != Kind::text;
    if (scales)
      factor = single(std::pow(10.0, *power_of_ten(with_plain_minus(part.text))), 0.0);
    else if (part.role == Role::function)
      factor = i + 1 < last ? function_value(part.text, value_of(parts[i + 1])) : std::nullopt;
    else
      factor = value_of(part);
    if (part.role == Role::function) ++i;
    if (!factor) return std::nullopt;
    result = result ? times(*result, *factor, entrywise) : *factor;
    entrywise = false;
  }
  if (result && negative) result->value *= -1.0;
  return result;
}

Value sum_value(const std::vector<Formula>& parts, std::size_t first, std::size_t last) {
  Value result;
  double sign = 1.0;
  for (std::size_t i = first; i <= last; ++i) {
    const bool operation = i < last && parts[i].role == Role::binary &&
                           (is_sign(parts[i], "+") || is_sign(parts[i], "−"));
    if (i < last && !operation) continue;
    Value term = product_value(parts, first, i);
    if (!term) return std::nullopt;
    if (!result) {
      result = RoundedValue{sign * term->value, term->error};
    } else {
      result->value += sign * term->value;
      result->error += term->error;
    }
    if (operation) sign = is_sign(parts[i], "−") ? -1.0 : 1.0;
    first = i + 1;
  }
  return result;
}

}  // namespace

std::optional<RoundedValue> value_of(const Formula& formula) {
  switch (formula.kind) {
    case Kind::text:
      return number_value(formula.text);
    case Kind::matrix:
      return matrix_value(formula);
    case Kind::row:
      return sum_value(formula.parts, 0, formula.parts.size());
    case Kind::delimited:
      return formula.text == "(" ? value_of(formula.parts[0]) : std::nullopt;
    case Kind::raised: {
      const Value base = value_of(formula.parts[0]);
      if (!base) return std::nullopt;
      if (formula.text == "2") return times(*base, *base, true);
      if (formula.text != "T") return std::nullopt;
      return RoundedValue{base->value.transpose(), base->error.transpose()};
    }
    case Kind::fraction: {
      // Those of whole numbers, such as 2/3, are exact.
      const auto above = value_of(formula.parts[0]), below = value_of(formula.parts[1]);
      if (!above || !below) return std::nullopt;
      const double a = above->value(0, 0), b = below->value(0, 0), quotient = a / b;
      const bool exact = a == std::round(a) && b == std::round(b) && b < 100.0;
      return single(quotient, exact
                                  ? 0.0
                                  : (above->error(0, 0) + std::abs(quotient) * below->error(0, 0)) /
                                        (std::abs(b) - below->error(0, 0)));
    }
    case Kind::operator_:
      return std::nullopt;
  }
  return std::nullopt;
}

int expect_equations_hold(const Formula& formula) {
  if (formula.kind != Kind::row) return 0;
  int checked = 0;
  Value before;
  std::string relation;
  std::size_t first = 0;
  for (std::size_t i = 0; i <= formula.parts.size(); ++i) {
    const bool end = i == formula.parts.size();
    if (!end && formula.parts[i].role != Role::relation &&
        formula.parts[i].role != Role::punctuation)
      continue;
    const Value now = first < i ? sum_value(formula.parts, first, i) : std::nullopt;
    if (before && now && (relation == "=" || relation == "≤")) {
      ++checked;
      const std::string text = markup_of(formula);
      EXPECT_EQ(before->value.rows(), now->value.rows()) << text;
      if (before->value.rows() != now->value.rows() || before->value.cols() != now->value.cols())
        return checked;
      const Matrix room = (before->error + now->error) * 1.001 +
                          Matrix::Constant(now->value.rows(), now->value.cols(), 1e-300);
      const Matrix difference = before->value - now->value;
      EXPECT_TRUE(((relation == "=" ? difference.cwiseAbs() : difference) - room).maxCoeff() <= 0.0)
          << text << "\nleft\n"
          << before->value << "\nright\n"
          << now->value << "\nroom\n"
          << room;
    }
    before = now;
    relation = end ? "" : formula.parts[i].text;
    first = i + 1;
  }
  return checked;
}

}  // namespace backflow::figure
