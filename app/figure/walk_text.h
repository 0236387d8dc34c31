// What happens at each position of a walk, in words.
#pragma once

#include <string>
#include <vector>

#include "app/figure/playhead.h"
#include "app/figure/unrolled_data.h"

namespace backflow::figure {

/// "backward, t = 3: blame flows from h_{4} to h_{3}", longest form first.
std::vector<std::string> walk_sentences(const UnrolledData& data, Playhead playhead);

/// What clipping did: "‖∇L‖ = 2.31 > c = 1: every gradient × 0.433", longest form first.
std::vector<std::string> clip_sentences(const training::IterationRecord& record);

}  // namespace backflow::figure
