// The layout of NPY files byte by byte; tests/cli reads them with numpy.
#include "app/export/npy_table.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backflow::exporting {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::uint64_t bits_at(const std::string& bytes, std::size_t at, std::size_t count = 8) {
  std::uint64_t bits = 0;
  for (std::size_t i = count; i-- > 0;)
    bits = bits << 8 | static_cast<unsigned char>(bytes[at + i]);
  return bits;
}

TEST(NpyTable, ColumnsAreOfTheLeastTypeThatHoldsThem) {
  const std::string npy =
      npy_from_csv("t,value,name,large\n1,0.5,σ,9007199254740993\n-2,,hh,4\n3,-inf,,5\n");
  ASSERT_THAT(npy, StartsWith(std::string("\x93NUMPY\x01\0", 8)));
  const std::size_t start = 10 + bits_at(npy, 8, 2);
  EXPECT_EQ(start % 64, 0u);
  EXPECT_EQ(npy[start - 1], '\n');
  EXPECT_THAT(npy,
              HasSubstr("('t', '<i8'), ('value', '<f8'), ('name', '<U2'), ('large', '<i8'), ]"));
  EXPECT_THAT(npy, HasSubstr("'fortran_order': False, 'shape': (3,), }"));
  constexpr std::size_t kRow = 8 + 8 + 2 * 4 + 8;
  ASSERT_EQ(npy.size(), start + 3 * kRow);
  const auto number = [&](std::size_t row, std::size_t at) {
    return std::bit_cast<double>(bits_at(npy, start + row * kRow + at));
  };
  EXPECT_EQ(static_cast<std::int64_t>(bits_at(npy, start + kRow)), -2);
  EXPECT_EQ(number(0, 8), 0.5);
  EXPECT_TRUE(std::isnan(number(1, 8)));
  EXPECT_EQ(number(2, 8), -INFINITY);
  EXPECT_EQ(bits_at(npy, start + 16, 4), 0x3C3u);  // σ
  EXPECT_EQ(bits_at(npy, start + 20, 4), 0u);
  EXPECT_EQ(bits_at(npy, start + 24), 9007199254740993u);  // beyond what a double tells apart
}

TEST(NpyTable, NoRowsAreATableAllTheSame) {
  EXPECT_THAT(npy_from_csv("iteration,loss\n"), HasSubstr("'shape': (0,)"));
}

TEST(NpyTable, RowsOfAnotherLengthAreAnError) {
  EXPECT_THROW(npy_from_csv("a,b\n1,2\n3\n"), std::runtime_error);
}

}  // namespace
}  // namespace backflow::exporting
