#include "core/model/eigenvalues.h"

#include <Eigen/Eigenvalues>

namespace backflow::model {

std::optional<Eigen::VectorXcd> eigenvalues(const Matrix& W) {
  const Eigen::EigenSolver<Matrix> solver(W, false);
  if (solver.info() != Eigen::Success) return std::nullopt;
  return solver.eigenvalues();
}

std::optional<Eigenpairs> eigenpairs(const Matrix& W) {
  const Eigen::EigenSolver<Matrix> solver(W);
  if (solver.info() != Eigen::Success) return std::nullopt;
  return Eigenpairs{solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace backflow::model
