#include "app/figure/number_format.h"

#include <cmath>

#include <fmt/format.h>

#include "core/config/keys.h"

namespace backflow::figure {
namespace {

constexpr const char* kMinus = "−";

std::string with_true_minus(std::string text) {
  if (!text.empty() && text.front() == '-') text.replace(0, 1, kMinus);
  return text;
}

}  // namespace

std::string compact(double value) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value > 0.0 ? "∞" : "−∞";
  const double size = std::abs(value);
  if (size == 0.0) return "0";
  if (size < 0.000995 || size >= 99950.0) {
    const std::string power = compact_power(std::log10(size));
    return value < 0.0 ? kMinus + power : power;
  }
  if (size >= 999.5) return with_true_minus(fmt::format("{:.0f}", value));
  return with_true_minus(fmt::format("{:.3g}", value));
}

std::string compact_power(double log10_value) {
  if (std::isnan(log10_value)) return "not a number";
  if (std::isinf(log10_value)) return log10_value > 0.0 ? "∞" : "0";
  if (log10_value >= std::log10(0.000995) && log10_value < std::log10(99950.0))
    return compact(std::pow(10.0, log10_value));
  double exponent = std::floor(log10_value);
  double mantissa = std::round(std::pow(10.0, log10_value - exponent) * 10.0) / 10.0;
  if (mantissa >= 10.0) {
    mantissa /= 10.0;
    exponent += 1.0;
  }
  const std::string power = decade(static_cast<int>(exponent));
  return mantissa == 1.0 ? power : fmt::format("{:.2g}·{}", mantissa, power);
}

std::string decade(int exponent) {
  if (exponent == 0) return "1";
  if (exponent == 1) return "10";
  return fmt::format("10^{{{}}}", with_true_minus(std::to_string(exponent)));
}

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return compact(value);
  const std::string text = fmt::format("{:.{}f}", value, decimals);
  // Not "−0.0" for what has rounded to nothing.
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return zero && text.front() == '-' ? text.substr(1) : with_true_minus(text);
}

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  if (digits.size() < 5) return digits;
  for (std::size_t at = digits.size() - 3; at > 0 && at < digits.size(); at -= 3) {
    digits.insert(at, "\u2009");
    if (at < 3) break;
  }
  return digits;
}

std::string csv_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0.0 ? "inf" : "-inf";
  return config::format_number(value);
}

std::string eigenvalue_text(std::complex<double> value) {
  const std::string real = "λ = " + compact(value.real());
  if (value.imag() == 0.0) return real;
  return real + (value.imag() < 0.0 ? " − " : " + ") + compact(std::abs(value.imag())) + " i";
}

}  // namespace backflow::figure
