#include "app/cli/verify_command.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/progress.h"
#include "core/config/nearest_match.h"
#include "core/verify/check.h"
#include "core/verify/finding_text.h"

namespace backflow::cli {
namespace {

using verify::Check;
using verify::Finding;
using verify::Rule;

struct Done {
  const Check* check;
  std::vector<Finding> findings;
  double seconds;

  bool passed() const { return verify::passed(findings); }
};

// An empty string, or one sentence about a name that there is not.
std::string choose(const VerifyRequest& request, std::vector<const Check*>& chosen) {
  std::vector<std::string> known;
  for (const Check& check : verify::checks()) {
    known.emplace_back(check.name);
    if (request.names.empty() && (request.slow || !check.slow)) chosen.push_back(&check);
  }
  for (const std::string& name : request.names) {
    const Check* check = verify::find_check(name);
    if (check == nullptr) {
      const std::string match = config::nearest_match(name, known);
      return "there is no check \"" + name + "\"" +
             (match.empty() ? "; there are " + fmt::format("{}", fmt::join(known, ", "))
                            : "; did you mean \"" + match + "\"?");
    }
    if (std::ranges::find(chosen, check) == chosen.end()) chosen.push_back(check);
  }
  return {};
}

Done carry_out(const Check& check, int seeds) {
  const auto begin = std::chrono::steady_clock::now();
  verify::Options options{.seeds = seeds, .stop = {}};
  Progress progress("verifying " + std::string(check.name));
  options.stop = [&](double share) {
    progress.update(static_cast<std::int64_t>(100.0 * share), 100);
    return false;
  };
  auto findings = check.run(options);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  return {&check, std::move(*findings), time.count()};
}

void write(const Done& done, std::ostream& out) {
  const Check& check = *done.check;
  out << fmt::format("{}  {}  ({:.2f} s)\n      {}\n      {}\n      {}\n",
                     done.passed() ? "PASS" : "FAIL", check.name, done.seconds, check.claim,
                     check.source, check.protocol);
  out << fmt::format("        {:<58} {:>22}  {:>15}\n", "", "published", "ours");
  for (const Finding& finding : done.findings)
    out << fmt::format("        {:<58} {:>22}  {:>15}  {}\n", finding.what,
                       verify::published_text(finding), verify::number_text(finding.ours),
                       verify::verdict_of(finding));
  out << '\n' << std::flush;
}

nlohmann::json or_null(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::near:
      return "near";
    case Rule::at_most:
      return "at-most";
    case Rule::at_least:
      return "at-least";
    case Rule::reported:
      return "reported";
  }
  return {};
}

nlohmann::ordered_json json_of(const Done& done) {
  nlohmann::ordered_json findings = nlohmann::ordered_json::array();
  for (const Finding& finding : done.findings)
    findings.push_back({{"what", finding.what},
                        {"rule", name_of(finding.rule)},
                        {"published", or_null(finding.published)},
                        {"ours", or_null(finding.ours)},
                        {"tolerance", finding.tolerance},
                        {"passed", finding.passed()}});
  return {{"name", done.check->name},         {"passed", done.passed()},
          {"claim", done.check->claim},       {"source", done.check->source},
          {"protocol", done.check->protocol}, {"slow", done.check->slow},
          {"seconds", done.seconds},          {"findings", findings}};
}

// What was not run, and how it would be.
void tell_rest(const VerifyRequest& request, std::ostream& out) {
  if (!request.names.empty() || request.slow) return;
  std::string names;
  for (const Check& check : verify::checks())
    if (check.slow) names += (names.empty() ? "" : ", ") + std::string(check.name);
  out << "Not run, for they take minutes: " << names << " (--slow, or by name).\n";
}

}  // namespace

int verify(const VerifyRequest& request, std::ostream& out, std::ostream& err) {
  std::vector<const Check*> chosen;
  if (const std::string error = choose(request, chosen); !error.empty())
    return complain(err, error, kBadUsage);
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  std::size_t passed = 0;
  for (const Check* check : chosen) {
    const Done done = carry_out(*check, request.seeds);
    passed += done.passed() ? 1 : 0;
    if (request.json)
      all.push_back(json_of(done));
    else
      write(done, out);
  }
  const bool good = passed == chosen.size();
  if (request.json) {
    out << nlohmann::ordered_json{{"passed", good}, {"seeds", request.seeds}, {"checks", all}}.dump(
               2)
        << '\n';
  } else {
    out << fmt::format("{} of {} checks passed.\n", passed, chosen.size());
    tell_rest(request, out);
  }
  return good ? kSuccess : kFailure;
}

}  // namespace backflow::cli
