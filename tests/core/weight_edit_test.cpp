// Changes of W_hh by hand, each against what it says it does.
#include "core/model/weight_edit.h"

#include <limits>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/eigenvalues.h"
#include "core/model/random.h"
#include "tests/support/singular_values.h"

namespace backflow::model {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Index kUnits = 4, kGates = 3;

Matrix stacked() { return Random(5).normal_matrix(kGates * kUnits, kUnits, 0.7); }

double spectral_radius_of(const Matrix& W) { return eigenvalues(W).value().cwiseAbs().maxCoeff(); }

TEST(WeightEdit, AnEntryAndARowChangeNothingElse) {
  Matrix W = stacked(), expected = W;
  ASSERT_THAT(apply_edit(SetEntry{6, 2, -1.25}, W), IsEmpty());
  expected(6, 2) = -1.25;
  EXPECT_EQ(W, expected);
  ASSERT_THAT(apply_edit(ScaleRow{3, -2.0}, W), IsEmpty());
  expected.row(3) = -2.0 * expected.row(3);
  EXPECT_EQ(W, expected);
  const Eigen::RowVectorXd row = W.row(9);
  ASSERT_THAT(apply_edit(SetRowNorm{9, 2.5}, W), IsEmpty());
  EXPECT_LT((W.row(9) - 2.5 / row.norm() * row).norm(), 1e-15);
  expected.row(9) = W.row(9);
  EXPECT_EQ(W, expected);
}

TEST(WeightEdit, BlocksChangeAloneAndAsSaid) {
  for (const BlockChange change :
       {BlockChange::transpose, BlockChange::zero_diagonal, BlockChange::identity,
        BlockChange::orthogonal, BlockChange::flip_sign, BlockChange::scale_radius,
        BlockChange::scale_singular}) {
    SCOPED_TRACE(static_cast<int>(change));
    const Matrix before = stacked();
    Matrix W = before;
    ASSERT_THAT(apply_edit(ChangeBlock{change, 1, 0.8, 11}, W), IsEmpty());
    EXPECT_EQ(W.topRows(kUnits), before.topRows(kUnits));
    EXPECT_EQ(W.bottomRows(kUnits), before.bottomRows(kUnits));
    const Matrix block = W.middleRows(kUnits, kUnits), old = before.middleRows(kUnits, kUnits);
    switch (change) {
      case BlockChange::transpose:
        EXPECT_EQ(block, old.transpose());
        break;
      case BlockChange::zero_diagonal: {
        Matrix expected = old;
        for (Index i = 0; i < kUnits; ++i) expected(i, i) = 0.0;
        EXPECT_EQ(block, expected);
        break;
      }
      case BlockChange::identity:
        EXPECT_EQ(block, Matrix::Identity(kUnits, kUnits));
        break;
      case BlockChange::orthogonal: {
        EXPECT_LT((block.transpose() * block - Matrix::Identity(kUnits, kUnits)).norm(), 1e-14);
        Matrix again = before, other = before;
        ASSERT_THAT(apply_edit(ChangeBlock{change, 1, 0.8, 11}, again), IsEmpty());
        EXPECT_EQ(again, W);
        ASSERT_THAT(apply_edit(ChangeBlock{change, 1, 0.8, 12}, other), IsEmpty());
        EXPECT_NE(other, W);
        break;
      }
      case BlockChange::flip_sign:
        EXPECT_EQ(block, -old);
        break;
      case BlockChange::scale_radius:
        EXPECT_NEAR(spectral_radius_of(block), 0.8, 1e-12);
        EXPECT_LT((block / block(0, 0) - old / old(0, 0)).norm(), 1e-12);
        break;
      case BlockChange::scale_singular:
        EXPECT_NEAR(support::singular_values(block)[0], 0.8, 1e-12);
        EXPECT_LT((block / block(0, 0) - old / old(0, 0)).norm(), 1e-12);
        break;
    }
  }
}

TEST(WeightEdit, MovesAnEigenvalueOfOneBlock) {
  Matrix W = stacked();
  W.middleRows(kUnits, kUnits) = Eigen::Vector4d(0.1, 0.2, 0.3, 0.9).asDiagonal();
  const Matrix before = W;
  ASSERT_THAT(apply_edit(MoveEigenvalue{1, 0.9, 0.5}, W), IsEmpty());
  Matrix expected = before;
  expected(7, 3) = 0.5;
  EXPECT_LT((W - expected).norm(), 1e-14);
}

TEST(WeightEdit, RefusesWhatIsNotThereOrNotFinite) {
  const Matrix before = stacked();
  Matrix W = before;
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THAT(apply_edit(SetEntry{12, 0, 1.0}, W), HasSubstr("no row 13; allowed: 1 to 12"));
  EXPECT_THAT(apply_edit(SetEntry{0, 4, 1.0}, W), HasSubstr("no column 5; allowed: 1 to 4"));
  EXPECT_THAT(apply_edit(SetEntry{-1, 0, 1.0}, W), HasSubstr("no row"));
  EXPECT_THAT(apply_edit(SetEntry{0, 0, infinite}, W), HasSubstr("not finite"));
  EXPECT_THAT(apply_edit(ScaleRow{0, infinite}, W), HasSubstr("not finite"));
  EXPECT_THAT(apply_edit(ChangeBlock{BlockChange::transpose, 3}, W), HasSubstr("no block 4"));
  EXPECT_THAT(apply_edit(MoveEigenvalue{3, 1.0, 1.0}, W), HasSubstr("no block 4"));
  EXPECT_THAT(apply_edit(Matrix(Matrix::Zero(4, 4)), W), HasSubstr("must be 12 × 4, not 4 × 4"));
  EXPECT_EQ(W, before);
  W.row(2).setZero();
  EXPECT_THAT(apply_edit(SetRowNorm{2, 1.0}, W), HasSubstr("row 3 of W_hh is 0"));
  W.setZero();
  EXPECT_THAT(apply_edit(ChangeBlock{BlockChange::scale_radius, 0, 1.0}, W), HasSubstr("radius 0"));
}

// Whatever merge_edits() makes of two edits does what both would.
void expect_merged(const WeightEdit& first, WeightEdit second) {
  Matrix one_by_one = stacked();
  ASSERT_THAT(apply_edit(first, one_by_one), IsEmpty());
  ASSERT_THAT(apply_edit(second, one_by_one), IsEmpty());
  Matrix merged = stacked();
  ASSERT_TRUE(merge_edits(first, second));
  ASSERT_THAT(apply_edit(second, merged), IsEmpty());
  EXPECT_LT((merged - one_by_one).norm(), 1e-10);
}

TEST(WeightEdit, EditsOfOneDragBecomeOne) {
  expect_merged(SetEntry{1, 2, 0.5}, SetEntry{1, 2, 0.75});
  expect_merged(SetRowNorm{1, 0.5}, SetRowNorm{1, 0.75});
  expect_merged(ScaleRow{1, 0.5}, ScaleRow{1, 3.0});
  expect_merged(ChangeBlock{BlockChange::scale_radius, 1, 0.5},
                ChangeBlock{BlockChange::scale_radius, 1, 2.0});
  expect_merged(ChangeBlock{BlockChange::transpose, 1}, stacked() * 2.0);
  const Matrix block = stacked().middleRows(kUnits, kUnits);
  const std::complex<double> lambda = eigenvalues(block).value()[0];
  const std::complex<double> on = lambda.imag() == 0.0 ? 1.5 : std::complex(1.5, 0.5);
  expect_merged(MoveEigenvalue{1, lambda, on}, MoveEigenvalue{1, on, on * 1.25});

  WeightEdit other_entry = SetEntry{1, 3, 0.5};
  EXPECT_FALSE(merge_edits(SetEntry{1, 2, 0.5}, other_entry));
  WeightEdit flip = ChangeBlock{BlockChange::flip_sign, 1};
  EXPECT_FALSE(merge_edits(flip, flip));
  WeightEdit elsewhere = MoveEigenvalue{1, 0.25, 0.5};
  EXPECT_FALSE(merge_edits(MoveEigenvalue{1, 1.0, 0.75}, elsewhere));
  WeightEdit off_the_axis = MoveEigenvalue{1, 0.75, {0.75, 0.5}};
  EXPECT_FALSE(merge_edits(MoveEigenvalue{1, 1.0, 0.75}, off_the_axis));
}

}  // namespace
}  // namespace backflow::model
