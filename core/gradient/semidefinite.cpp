#include "core/gradient/semidefinite.h"

#include "core/model/cell.h"

namespace backflow::gradient {

using model::Index;

Semidefinite Semidefinite::whole(const model::ConstRef& S) {
  Semidefinite own(Kind::whole, S.rows());
  own.matrix_.pack(S);
  return own;
}

Semidefinite Semidefinite::square(const model::ConstRef& X) {
  Semidefinite own(Kind::square, X.rows());
  own.matrix_.pack(X);
  own.transposed_.pack_transposed(X);
  return own;
}

Semidefinite Semidefinite::identity(Index n) { return {Kind::identity, n}; }

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
  const model::PackedProduct first(transposed_, x);
  model::assign_products({&first, 1}, inner);
  const model::PackedProduct second(matrix_, inner);
  model::assign_products({&second, 1}, y);
}

}  // namespace backflow::gradient
