// Eigenvalues and eigenvectors of one square matrix: Hessenberg form and the QR algorithm (Golub &
// Van Loan, Matrix Computations, sections 7.4 and 7.5; Eigen's EigenSolver). They stand in a file
// of their own because the compiler takes longer over the solver than over all that calls it.
#pragma once

#include <optional>

#include "core/model/types.h"

namespace backflow::model {

/// Of W (n, n) of finite numbers, in no order but that a conjugate pair stands together, the upper
/// one first. Nothing when the iteration does not converge.
std::optional<Eigen::VectorXcd> eigenvalues(const Matrix& W);

struct Eigenpairs {
  Eigen::VectorXcd values;   ///< (n)
  Eigen::MatrixXcd vectors;  ///< (n, n), a column of norm 1 for each value
};

/// The same with the eigenvectors.
std::optional<Eigenpairs> eigenpairs(const Matrix& W);

}  // namespace backflow::model
