#include "core/model/move_eigenvalue.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <Eigen/LU>

#include "core/model/eigenvalues.h"
#include "core/model/random.h"

namespace backflow::model {
namespace {

using Complex = std::complex<double>;

// κ_i κ_max ε, the relative error that other eigenvalues take: at most this.
constexpr double kWorstError = 1e-7;
constexpr Index kSmall = 64;  // all eigenvectors are found as fast as can be seen

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

struct Eigenpair {
  Complex value;
  Eigen::VectorXcd v;
  Eigen::RowVectorXcd u;  // uᴴ of the header, u v = 1
};

// The eigenpair nearest to a shift of the eigenvalue's own kind, by inverse iteration; nothing
// where it does not converge, or the eigenvalue is too badly conditioned for a judgement without
// the others.
template <class Scalar>
std::optional<Eigenpair> iterate(const Matrix& W, Scalar shift) {
  using Square = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  using Column = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
  constexpr int kSteps = 4;
  const Index n = W.rows();
  const double scale = std::max(W.norm(), std::abs(shift));
  Square A = W.cast<Scalar>();
  A.diagonal().array() -= shift + Scalar(1e-13 * scale);  // beside it: A must not be singular
  const Eigen::PartialPivLU<Square> lu(A);
  Random random(1);
  Column v = random.normal_matrix(n, 1, 1.0).cast<Scalar>();
  Column u = random.normal_matrix(n, 1, 1.0).cast<Scalar>();
  for (int i = 0; i < kSteps; ++i) {
    v = lu.solve(v);
    u = lu.adjoint().solve(u);
    if (!v.allFinite() || !u.allFinite()) return std::nullopt;
    v.normalize();
    u.normalize();
  }
  const Scalar overlap = u.dot(v);  // 1/κ in size
  if (!(2.3e-16 / std::norm(overlap) <= kWorstError)) return std::nullopt;
  const Column Wv = W.cast<Scalar>() * v;
  const Scalar value = u.dot(Wv) / overlap;
  const Column left = W.cast<Scalar>().transpose() * u.conjugate();
  const double error = std::max((Wv - value * v).norm(), (left - value * u.conjugate()).norm());
  if (!(error <= 1e-12 * scale)) return std::nullopt;
  return Eigenpair{value, v.template cast<Complex>(),
                   (u.adjoint() / overlap).template cast<Complex>()};
}

// The same for either kind. None where two real ones are to leave the axis, or a complex shift led
// to a real one.
std::optional<Eigenpair> nearby(const Matrix& W, Complex from, Complex to) {
  if (from.imag() == 0.0) return to.imag() == 0.0 ? iterate(W, from.real()) : std::nullopt;
  auto pair = iterate(W, from);
  if (pair && std::abs(pair->value.imag()) <= 1e-9 * W.norm()) return std::nullopt;
  return pair;
}

// λ goes to `to`, a real one along the axis; the one of a pair that is meant goes to `to` itself.
void shift(Matrix& W, const Eigenpair& pair, Complex to) {
  const Complex by = to - pair.value;
  if (pair.value.imag() != 0.0)
    W += 2.0 * (by * pair.v * pair.u).real();
  else
    W += by.real() * pair.v.real() * pair.u.real();
}

}  // namespace

std::string move_eigenvalue(Matrix& W, Complex from, Complex to) {
  if (!std::isfinite(std::abs(from)) || !std::isfinite(std::abs(to)))
    return "an eigenvalue can be moved to a finite place only";
  if (!W.allFinite()) return "W_hh holds a number that is not finite; reset the network first";
  if (W.rows() > kSmall)
    if (const auto pair = nearby(W, from, to)) {
      shift(W, *pair, to);
      return {};
    }
  const auto pairs = eigenpairs(W);
  if (!pairs) return "the eigenvalues of W_hh were not found";
  const auto& [values, V] = *pairs;
  const Eigen::MatrixXcd U = V.inverse();  // its rows are uᴴ
  if (!U.allFinite()) return kDependent;
  const Index i = nearest(values, from);
  const double worst = U.rowwise().norm().maxCoeff();
  const auto error_of = [&](Index k) { return U.row(k).norm() * worst * 2.3e-16; };
  if (error_of(i) > kWorstError) return kDependent;
  const bool alone = values[i].imag() != 0.0 || to.imag() == 0.0;
  const Index j = alone ? -1 : partner(values, i, W.cwiseAbs().maxCoeff());
  if (j < 0) {
    shift(W, {values[i], V.col(i), U.row(i)}, to);
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
