// What a page expects, computed without a window.
#pragma once

#include <string>
#include <vector>

#include "app/lesson/lesson.h"

namespace backflow::lesson {

/// The analysis that a page is shown with.
session::AnalysisOptions analysis_of(const Page& page);

/// The page's state as the window comes to it, with its analysis. Trains, and may take seconds.
session::Snapshot state_of(const Page& page);

struct Outcome {
  const Expectation* expectation = nullptr;
  double ours = 0.0, expected = 0.0;
  bool passed = false;  ///< false where one of them is not a number
};

/// Each expectation of the page, in that state; those of other states train to them.
std::vector<Outcome> check(const Page& page, const session::Snapshot& state);

/// "norm(100, 0) = 3.1e-9, expected: below 1e-6"
std::string sentence(const Outcome& outcome);

}  // namespace backflow::lesson
