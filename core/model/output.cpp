#include "core/model/output.h"

#include <cmath>
#include <type_traits>

#include "core/model/activation.h"

namespace backflow::model {
namespace {

// Calls work() with blocks of one shape as arrays of one column: all of them where their columns
// follow each other in memory, else a column at a time. Outputs are few, and a column of a few
// numbers is a loop to start and to end.
template <class Work, class First, class... Others>
void in_one_column(const Work& work, First&& first, Others&&... others) {
  const auto is_whole = [](const auto& x) { return x.outerStride() == x.rows(); };
  const bool whole = is_whole(first) && (is_whole(others) && ...);
  const Index count = whole ? 1 : first.cols(), length = whole ? first.size() : first.rows();
  for (Index j = 0; j < count; ++j) {
    const auto column = [&](auto& x) {
      auto* data = x.data() + j * x.outerStride();
      using Number = std::remove_pointer_t<decltype(data)>;
      using Column =
          std::conditional_t<std::is_const_v<Number>, const Eigen::ArrayXd, Eigen::ArrayXd>;
      return Eigen::Map<Column>(data, length);
    };
    work(column(first), column(others)...);
  }
}

// σ(z) − y = (1 − y) σ(z) − y σ(−z), which does not cancel to 0 once ŷ = σ(z) has rounded to y.
Matrix sigmoid_residual(const Eigen::Ref<const Matrix>& z, const Eigen::Ref<const Matrix>& y_hat,
                        const Eigen::Ref<const Matrix>& y) {
  return (1.0 - y.array()) * y_hat.array() - y.array() / (1.0 + z.array().exp());
}

// −Σ_j y_j log ŷ_j = Σ_j y_j (z_top − z_j) + (Σ_j y_j) log(1 + Σ_{i≠top} e^{z_i − z_top}) of one
// column: no two terms cancel, so that a class that is learned still has its tiny loss.
double cross_entropy(const Eigen::Ref<const Vector>& z, const Eigen::Ref<const Vector>& y) {
  Index top = 0;
  const double largest = z.maxCoeff(&top);
  double others = 0.0;
  for (Index i = 0; i < z.size(); ++i)
    if (i != top) others += std::exp(z[i] - largest);
  return (y.array() * (largest - z.array())).sum() + y.sum() * std::log1p(others);
}

// ŷ_j Σ_i y_i − y_j = ŷ_j Σ_{i≠j} y_i − y_j Σ_{i≠j} ŷ_i, which does not cancel to 0 once ŷ_j has
// rounded to 1: the other outputs are summed up then.
void softmax_gradient(const Eigen::Ref<const Matrix>& y_hat, const Eigen::Ref<const Matrix>& y,
                      Eigen::Ref<Matrix> dz) {
  for (Index b = 0; b < y.cols(); ++b) {
    const double total = y.col(b).sum();
    for (Index j = 0; j < y.rows(); ++j) {
      double others = 1.0 - y_hat(j, b);
      if (y_hat(j, b) > 0.5)
        others = y_hat.col(b).head(j).sum() + y_hat.col(b).tail(y.rows() - j - 1).sum();
      dz(j, b) = y_hat(j, b) * (total - y(j, b)) - y(j, b) * others;
    }
  }
}

}  // namespace

std::string incompatibility(Readout g, Loss loss) {
  if (loss == Loss::binary_cross_entropy && g != Readout::sigmoid)
    return "binary cross-entropy needs the sigmoid read-out, whose outputs are probabilities";
  if (loss == Loss::categorical_cross_entropy && g != Readout::softmax)
    return "categorical cross-entropy needs the softmax read-out, whose outputs sum to 1";
  return {};
}

void apply(Readout g, const Eigen::Ref<const Matrix>& z, Eigen::Ref<Matrix> y_hat) {
  switch (g) {
    case Readout::identity:
      in_one_column([](auto to, auto from) { to = from; }, y_hat, z);
      return;
    case Readout::relu:
      in_one_column([](auto to, auto from) { to = (from < 0.0).select(0.0, from); }, y_hat, z);
      return;
    case Readout::sigmoid:
      sigmoid(z, y_hat);
      return;
    case Readout::softmax: {
      const Eigen::RowVectorXd top = z.colwise().maxCoeff();
      y_hat = (z.rowwise() - top).array().exp();
      y_hat.array().rowwise() /= y_hat.array().colwise().sum().eval();
      return;
    }
  }
}

void item_losses(Loss loss, const Eigen::Ref<const Matrix>& z,
                 const Eigen::Ref<const Matrix>& y_hat, const Eigen::Ref<const Matrix>& y,
                 Eigen::Ref<Eigen::RowVectorXd> losses) {
  const double m = static_cast<double>(z.rows());
  switch (loss) {
    case Loss::mean_squared_error:
      losses = (y_hat - y).colwise().squaredNorm() / m;
      return;
    case Loss::binary_cross_entropy: {
      const auto positive_part = z.array().max(0.0);
      const auto tail = (-z.array().abs()).exp().log1p();
      losses = (positive_part - z.array() * y.array() + tail).matrix().colwise().sum() / m;
      return;
    }
    case Loss::categorical_cross_entropy:
      for (Index b = 0; b < z.cols(); ++b) losses[b] = cross_entropy(z.col(b), y.col(b));
      return;
  }
}

double loss_value(Loss loss, const Eigen::Ref<const Matrix>& z,
                  const Eigen::Ref<const Matrix>& y_hat, const Eigen::Ref<const Matrix>& y) {
  Eigen::RowVectorXd losses(z.cols());
  item_losses(loss, z, y_hat, y, losses);
  return losses.mean();
}

void item_loss_gradients(Readout g, Loss loss, const Eigen::Ref<const Matrix>& z,
                         const Eigen::Ref<const Matrix>& y_hat, const Eigen::Ref<const Matrix>& y,
                         Eigen::Ref<Matrix> dz) {
  const double m = static_cast<double>(z.rows());
  switch (loss) {
    case Loss::binary_cross_entropy:
      dz = sigmoid_residual(z, y_hat, y) / m;
      return;
    case Loss::categorical_cross_entropy:
      softmax_gradient(y_hat, y, dz);
      return;
    case Loss::mean_squared_error:
      break;
  }
  in_one_column([m](auto to, auto value, auto target) { to = 2.0 / m * (value - target); }, dz,
                y_hat, y);  // ∂ℓ/∂ŷ
  switch (g) {
    case Readout::identity:
      return;
    case Readout::relu:
      dz = (z.array() > 0.0).select(dz, 0.0);
      return;
    case Readout::sigmoid:
      derivative({ActivationKind::sigmoid, 0.0}, z, dz);  // ŷ (1 − ŷ) is 0 where ŷ rounds to 1
      dz.array() *= 2.0 / m * sigmoid_residual(z, y_hat, y).array();
      return;
    case Readout::softmax:
      // J_softmaxᵀ u = ŷ ⊙ (u − ŷᵀu) with the difference as Σ_i ŷ_i (u_j − u_i), for the same
      // reason.
      for (Index b = 0; b < dz.cols(); ++b) {
        const Vector u = dz.col(b);
        for (Index j = 0; j < dz.rows(); ++j)
          dz(j, b) = y_hat(j, b) * (y_hat.col(b).array() * (u(j) - u.array())).sum();
      }
      return;
  }
}

}  // namespace backflow::model
