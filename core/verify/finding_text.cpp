#include "core/verify/finding_text.h"

#include <cmath>
#include <iomanip>
#include <sstream>

namespace backflow::verify {
namespace {

std::string with_digits(double value, int digits) {
  std::ostringstream text;
  text << std::setprecision(digits) << value;
  return text.str();
}

}  // namespace

std::string number_text(double value) { return std::isnan(value) ? "–" : with_digits(value, 9); }

std::string published_text(const Finding& finding) {
  switch (finding.rule) {
    case Rule::near:
      return number_text(finding.published) +
             (finding.tolerance > 0.0 ? " ± " + with_digits(finding.tolerance, 1) : "");
    case Rule::at_most:
      return "≤ " + number_text(finding.published + finding.tolerance);
    case Rule::at_least:
      return "≥ " + number_text(finding.published - finding.tolerance);
    case Rule::reported:
      break;
  }
  return number_text(finding.published);
}

std::string_view verdict_of(const Finding& finding) {
  if (finding.rule == Rule::reported) return {};
  return finding.passed() ? "ok" : "FAIL";
}

}  // namespace backflow::verify
