// Numbers as people read them, in text markup, and numbers as other programs read them.
#pragma once

#include <complex>
#include <cstdint>
#include <string>

namespace backflow::figure {

/// Three significant digits: "0.714", "12.3", "48200"; outside [0.001, 100000) as a power,
/// "3.1·10^{−4}". "0", "not a number", "∞", "−∞" for the others.
std::string compact(double value);

/// 10^x in the same form; reaches far beyond the range of double ("2.4·10^{−5000}").
std::string compact_power(double log10_value);

/// "10^{−3}".
std::string decade(int exponent);

/// With `decimals` digits after the point and a true minus sign.
std::string fixed(double value, int decimals);

/// "12 345": digits in groups of three from 10 000 on.
std::string grouped(std::uint64_t value);

/// For CSV: the shortest text that reads back as the same double; nan, inf, -inf.
std::string csv_number(double value);

/// "λ = 0.3 − 0.8 i"; without the imaginary part where there is none.
std::string eigenvalue_text(std::complex<double> value);

}  // namespace backflow::figure
