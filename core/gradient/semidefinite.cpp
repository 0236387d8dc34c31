#include "core/gradient/semidefinite.h"

#include "core/model/cell.h"

namespace backflow::gradient {

using model::Index;

Semidefinite Semidefinite::whole(const model::ConstRef& S) {
  Semidefinite own(Kind::whole, S.rows());
  own.matrix_.pack(S);
  own.trace_ = S.trace();
  return own;
}

Semidefinite Semidefinite::square(const model::ConstRef& X) {
  Semidefinite own(Kind::square, X.rows());
  own.matrix_.pack(X);
  own.transposed_.pack_transposed(X);
  return own;
}

Semidefinite Semidefinite::identity(Index n) {
  Semidefinite own(Kind::identity, n);
  own.trace_ = static_cast<double>(n);
  return own;
}

void Semidefinite::multiply_root(const model::ConstRef& x, model::MutableRef y) const {
  if (kind_ == Kind::identity) {
    y = x;
    return;
  }
  const model::PackedProduct product(matrix_, x);
  model::assign_products({&product, 1}, y);
}

void Semidefinite::multiply_root_transposed(const model::ConstRef& x, model::MutableRef y) const {
  if (kind_ == Kind::identity) {
    y = x;
    return;
  }
  const model::PackedProduct product(transposed_, x);
  model::assign_products({&product, 1}, y);
}

void Semidefinite::multiply(const model::ConstRef& x, model::MutableRef y) const {
  if (kind_ == Kind::identity) {
    y = x;
    return;
  }
  if (kind_ == Kind::whole) {
    const model::PackedProduct product(matrix_, x);
    model::assign_products({&product, 1}, y);
    return;
  }
  auto inner = model::scratch(4, transposed_.rows(), x.cols());
  multiply_root_transposed(x, inner);
  multiply_root(inner, y);
}

}  // namespace backflow::gradient
