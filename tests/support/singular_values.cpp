#include "tests/support/singular_values.h"

#include <Eigen/SVD>

namespace backflow::support {

model::Vector singular_values(const model::Matrix& A) {
  return Eigen::JacobiSVD<model::Matrix>(A).singularValues();
}

LongVector singular_values(const LongMatrix& A) {
  return Eigen::JacobiSVD<LongMatrix>(A).singularValues();
}

}  // namespace backflow::support
