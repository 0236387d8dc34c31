// The eigenvalues of W_hh, or of a Jacobian product, in the complex plane with the unit circle and
// the circle of radius ρ: the first part of the spectrum's figure.
#pragma once

#include <string>
#include <vector>

#include "app/figure/figure.h"
#include "app/figure/style.h"
#include "app/figure/view.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// The plane alone, for the matrix of that name. Precondition: the snapshot's analysis has spectra.
Figure eigenvalue_plane(const session::Snapshot& snapshot, const std::string& W, const View& view,
                        const FigureStyle& style, Size size);

/// The eigenvalue whose dot is at most that far from a point of the plane, or nullptr. The figure
/// is that of the spectrum.
const gradient::Eigenvalue* eigenvalue_at(const session::Snapshot& snapshot, const Figure& figure,
                                          Point at, double reach = 12.0);

/// A Jacobian product may be of any size: the power of ten by which its eigenvalues are divided in
/// the plane. 0 for W_hh, and where the unit circle is worth seeing.
int plane_power(const session::Spectra& spectra);

/// The spectra of the snapshot, and of the other network where there are any yet.
std::vector<const session::Spectra*> all_spectra(const session::Snapshot& snapshot);

}  // namespace backflow::figure
