// What W_hh alone says about vanishing, in words.
//
// ‖∂h_t/∂h_k‖ ≤ (γσ₁)^(t−k), so γσ₁ < 1 is sufficient for the gradient to vanish; γσ₁ ≥ 1 says
// nothing (Pascanu, Mikolov & Bengio 2013, section 2.1). ρ < 1 is enough only where f is linear:
// all Jacobians are then W_hh itself, and ‖W_hh^N‖ goes to 0 in the end, whatever it does before.
#pragma once

#include <string>
#include <vector>

#include "app/session/snapshot.h"

namespace backflow::figure {

/// One or two lines in text markup, each as a list of wordings, the longest first.
std::vector<std::vector<std::string>> vanishing_condition(const session::Analysis& analysis);

}  // namespace backflow::figure
