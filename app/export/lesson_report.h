// A lesson as one web page, to be handed out: text, formulas, the figures of each page, its
// question with the answer, what to try.
#pragma once

#include <functional>
#include <string>

#include "app/figure/colormap.h"
#include "app/lesson/lesson.h"

namespace backflow::exporting {

/// Computes every page's state. `program` is name and version; `done` hears how many pages are.
std::string lesson_html(const lesson::Lesson& lesson, const std::string& program,
                        figure::Colormap colors = figure::Colormap::diverging,
                        const std::function<void(std::size_t)>& done = {});

}  // namespace backflow::exporting
