#include "core/model/move_eigenvalue.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

namespace backflow::model {
namespace {

using Complex = std::complex<double>;

// κ_i κ_max ε, the relative error that other eigenvalues take: at most this.
constexpr double kWorstError = 1e-7;

constexpr const char* kDependent =
    "this eigenvalue cannot be moved alone: the eigenvectors of W_hh are nearly dependent; move "
    "another one, or change an entry";

Index nearest(const Eigen::VectorXcd& values, Complex to) {
  Index best = 0;
  for (Index i = 1; i < values.size(); ++i)
    if (std::abs(values[i] - to) < std::abs(values[best] - to)) best = i;
  return best;
}

// Another real eigenvalue at the same place; −1: none.
Index partner(const Eigen::VectorXcd& values, Index i, double scale) {
  const double near = kSameEigenvalue * std::max(scale, std::abs(values[i]));
  for (Index j = 0; j < values.size(); ++j)
    if (j != i && values[j].imag() == 0.0 && std::abs(values[j] - values[i]) <= near) return j;
  return -1;
}

}  // namespace

std::string move_eigenvalue(Matrix& W, Complex from, Complex to) {
  if (!std::isfinite(std::abs(from)) || !std::isfinite(std::abs(to)))
    return "an eigenvalue can be moved to a finite place only";
  if (!W.allFinite()) return "W_hh holds a number that is not finite; reset the network first";
  const Eigen::EigenSolver<Matrix> solver(W);
  if (solver.info() != Eigen::Success) return "the eigenvalues of W_hh were not found";
  const Eigen::VectorXcd values = solver.eigenvalues();
  const Eigen::MatrixXcd V = solver.eigenvectors();  // (n, n), columns of norm 1
  const Eigen::MatrixXcd U = V.inverse();            // its rows are uᴴ
  if (!U.allFinite()) return kDependent;
  const Index i = nearest(values, from);
  const double worst = U.rowwise().norm().maxCoeff();
  const auto error_of = [&](Index k) { return U.row(k).norm() * worst * 2.3e-16; };
  if (error_of(i) > kWorstError) return kDependent;
  const Complex by = to - values[i];
  if (values[i].imag() != 0.0) {
    // The one of the pair that is nearer to `from` goes to `to` itself.
    W += 2.0 * (by * V.col(i) * U.row(i)).real();
    return {};
  }
  const Index j = to.imag() == 0.0 ? -1 : partner(values, i, W.cwiseAbs().maxCoeff());
  if (j < 0) {
    W += by.real() * V.col(i).real() * U.row(i).real();
    return {};
  }
  if (error_of(j) > kWorstError) return kDependent;
  const Vector v1 = V.col(i).real(), v2 = V.col(j).real();
  const Eigen::RowVectorXd u1 = U.row(i).real(), u2 = U.row(j).real();
  W += v1 * ((to.real() - values[i].real()) * u1 + to.imag() * u2);
  W += v2 * ((to.real() - values[j].real()) * u2 - to.imag() * u1);
  return {};
}

}  // namespace backflow::model
