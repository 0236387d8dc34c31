// The lessons that come with the program, and those that people write.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/lesson/lesson.h"

namespace backflow::lesson {

struct EmbeddedLesson {
  std::string_view file, text;  ///< "04-vanishing.lesson.json"
};

/// As they are in assets/lessons/ (cmake/EmbedLessons.cmake).
std::span<const EmbeddedLesson> embedded_lessons();

/// All lessons of the program, in their order, read when first asked for. Throws std::logic_error
/// when one cannot be read: the program is wrong then.
const std::vector<Lesson>& lessons();

/// Reads the lesson of that name, or else the file of that path, into `lesson`. Returns an empty
/// string, or one sentence.
std::string find_lesson(const std::string& name_or_path, Lesson& lesson);

}  // namespace backflow::lesson
