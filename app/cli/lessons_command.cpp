#include "app/cli/lessons_command.h"

#include <span>

#include <fmt/format.h>

#include "app/cli/command_line.h"
#include "app/figure/text_markup.h"
#include "app/lesson/check.h"
#include "app/lesson/library.h"

namespace backflow::cli {
namespace {

using lesson::Lesson;
using lesson::Page;

struct Count {
  int held = 0, all = 0;
};

void check(const Lesson& lesson, Count& count, std::ostream& out) {
  for (std::size_t i = 0; i < lesson.pages.size(); ++i) {
    const Page& page = lesson.pages[i];
    if (page.expectations.empty()) continue;
    for (const lesson::Outcome& outcome : lesson::check(page, lesson::state_of(page))) {
      ++count.all;
      count.held += outcome.passed ? 1 : 0;
      out << fmt::format("{}  {} {}: {}\n", outcome.passed ? "ok  " : "FAIL", lesson.name, i + 1,
                         lesson::sentence(outcome))
          << std::flush;
    }
  }
}

void list(std::ostream& out) {
  for (const Lesson& lesson : lesson::lessons())
    out << fmt::format("{:<16}{} ({} pages)\n{:<16}{}\n", lesson.name,
                       figure::plain_text(lesson.title), lesson.pages.size(), "",
                       figure::plain_text(lesson.summary));
}

}  // namespace

int lessons(const LessonsRequest& request, std::ostream& out, std::ostream& err) {
  if (request.words.empty()) {
    list(out);
    return kSuccess;
  }
  if (request.words.front() != "check")
    return complain(
        err, "lessons takes \"check\" and names of lessons, not \"" + request.words.front() + "\"",
        kBadUsage);
  std::vector<Lesson> chosen;
  for (const std::string& name : std::span(request.words).subspan(1))
    if (const std::string error = lesson::find_lesson(name, chosen.emplace_back()); !error.empty())
      return complain(err, error, kBadUsage);
  Count count;
  for (const Lesson& lesson : request.words.size() > 1 ? chosen : lesson::lessons())
    check(lesson, count, out);
  out << fmt::format("{} of {} expectations hold.\n", count.held, count.all);
  return count.held == count.all ? kSuccess : kFailure;
}

}  // namespace backflow::cli
