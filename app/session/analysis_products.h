// What is made of the one-step Jacobians J_t of the sequence shown, but for their map: part of an
// Analysis.
#pragma once

#include "app/session/snapshot.h"

namespace backflow::session {

/// Spectra, Lyapunov exponents and the chain, as far as they are wanted and not there yet; what is
/// not wanted is taken out. The largest exponent alone unless `knows_lyapunov`. Precondition: the
/// map of the analysis is exact. False when cancelled.
bool add_products(const AnalysisOptions& options, bool knows_lyapunov,
                  const gradient::CancelFunction& cancelled, Analysis& analysis);

}  // namespace backflow::session
