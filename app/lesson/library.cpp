#include "app/lesson/library.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "core/config/nearest_match.h"
#include "core/io/read_file.h"
#include "core/io/shown.h"

namespace backflow::lesson {
namespace {

constexpr std::size_t kMostBytes = 1'000'000;

std::vector<Lesson> read_all() {
  std::vector<Lesson> all;
  for (const EmbeddedLesson& embedded : embedded_lessons())
    if (const std::string error =
            parse_lesson(embedded.text, name_of_file(embedded.file), all.emplace_back());
        !error.empty())
      throw std::logic_error(std::string(embedded.file) + ": " + error);
  return all;
}

}  // namespace

const std::vector<Lesson>& lessons() {
  static const std::vector<Lesson> kAll = read_all();
  return kAll;
}

std::string find_lesson(const std::string& name_or_path, Lesson& lesson) {
  std::vector<std::string> names;
  for (const Lesson& known : lessons()) {
    names.push_back(known.name);
    if (known.name != name_or_path) continue;
    lesson = known;
    return {};
  }
  const bool is_path =
      name_or_path.find('/') != std::string::npos || name_or_path.ends_with(kLessonExtension);
  if (!is_path) {
    const std::string match = config::nearest_match(name_or_path, names);
    return "there is no lesson " + io::shown(name_or_path, '"', 60) +
           (match.empty() ? fmt::format("; there are {}", fmt::join(names, ", "))
                          : "; did you mean \"" + match + "\"?");
  }
  std::string text;
  if (const std::string error = io::read_file(name_or_path, kMostBytes, text); !error.empty())
    return io::shown(name_or_path, '"', 200) + " " + error;
  if (const std::string error = parse_lesson(text, name_of_file(name_or_path), lesson);
      !error.empty())
    return io::shown(name_or_path, '"', 200) + " cannot be opened: " + error;
  return {};
}

}  // namespace backflow::lesson
