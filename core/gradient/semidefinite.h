// Symmetric positive semidefinite matrices that are only multiplied by vectors, in the form in
// which that is quickest: what has to be formed first may cost more than it saves.
#pragma once

#include "core/model/matrix_product.h"

namespace backflow::gradient {

/// S (n, n), rearranged for products. Keeps no reference to what it is made of.
class Semidefinite {
public:
  /// S itself (n, n).
  static Semidefinite whole(const model::ConstRef& S);
  /// S = X Xᵀ of X (n, c), which is not formed: twice the operations for c = n, as many for c =
  /// n/2.
  static Semidefinite square(const model::ConstRef& X);
  static Semidefinite identity(model::Index n);

  model::Index size() const { return size_; }
  /// y = S x, both (n, any number of columns). Any number of threads may do so at once.
  void multiply(const model::ConstRef& x, model::MutableRef y) const;

  /// Made by square() or identity(), whose X is the identity.
  bool has_root() const { return kind_ != Kind::whole; }
  /// c of X (n, c). These three: where there is a root.
  model::Index root_columns() const { return kind_ == Kind::identity ? size_ : matrix_.inner(); }
  /// y (n, any) = X x (c, any).
  void multiply_root(const model::ConstRef& x, model::MutableRef y) const;
  /// y (c, any) = Xᵀ x (n, any).
  void multiply_root_transposed(const model::ConstRef& x, model::MutableRef y) const;

  /// The sum of the eigenvalues, of whole() and identity().
  double trace() const { return trace_; }

private:
  enum class Kind { whole, square, identity };
  Semidefinite(Kind kind, model::Index size) : kind_(kind), size_(size) {}

  Kind kind_;
  model::Index size_;
  double trace_ = 0.0;
  model::PackedMatrix matrix_, transposed_;  // S, or X and Xᵀ
};

}  // namespace backflow::gradient
