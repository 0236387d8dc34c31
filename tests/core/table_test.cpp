// Tables with named columns: dialects, empty fields, names, every refusal, damage, and the progress
// that readers report.
#include "core/io/table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/io/file_stamp.h"
#include "core/io/matrix_file.h"
#include "core/io/progress.h"
#include "core/io/read_file.h"
#include "core/io/tensor_file.h"
#include "core/training/task/text.h"
#include "tests/support/temporary_folder.h"

namespace backflow::io {
namespace {

using model::Index;
using model::Matrix;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// What is wrong with the bytes, which lie in memory of just their size. A refused file leaves the
// table alone.
std::string error_of(const std::string& bytes, Table* read = nullptr) {
  const std::vector<char> exact(bytes.begin(), bytes.end());
  Table table;
  table.names = {"before"};
  std::string error = parse_table({exact.data(), exact.size()}, table);
  if (!error.empty()) {
    EXPECT_THAT(table.names, ElementsAre("before"));
    EXPECT_EQ(table.values.size(), 0);
  }
  if (read != nullptr) *read = table;
  return error;
}

Table parsed(const std::string& bytes) {
  Table table;
  EXPECT_THAT(error_of(bytes, &table), IsEmpty()) << bytes;
  return table;
}

// NaN equals NaN here.
void expect_values(const Matrix& read, Index rows, Index cols, const std::vector<double>& by_row) {
  ASSERT_EQ(read.rows(), rows);
  ASSERT_EQ(read.cols(), cols);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) {
      const double expected = by_row[static_cast<std::size_t>(i * cols + j)];
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(read(i, j))) << i << "," << j;
      } else {
        EXPECT_EQ(read(i, j), expected) << i << "," << j;
      }
    }
}

TEST(Table, ReadsEveryDialectWithEmptyFields) {
  for (const char* text : {"x,y,z\n1,,3\n,,\n4,5,\n", "x;y;z\r\n1;;3\r\n;;\r\n4;5;\r\n",
                           "x\ty\tz\n1\t\t3\n\t\t\n4\t5\t",
                           "\xEF\xBB\xBF# data\n\n \"x\" , 'y',z \n1, ,3\n , ,\n# more\n\n4,5, "}) {
    SCOPED_TRACE(text);
    const Table table = parsed(text);
    EXPECT_THAT(table.names, ElementsAre("x", "y", "z"));
    expect_values(table.values, 3, 3, {1, kNan, 3, kNan, kNan, kNan, 4, 5, kNan});
  }
  EXPECT_THAT(parsed("x y\n1  2\n").names, ElementsAre("x", "y"));
}

TEST(Table, HeaderIsOptional) {
  const Table table = parsed("# no names\n1,2\n\n3,4\n");
  EXPECT_THAT(table.names, IsEmpty());
  expect_values(table.values, 2, 2, {1, 2, 3, 4});
  EXPECT_THAT(table.lines, ElementsAre(2u, 4u));
}

TEST(Table, RowsKnowTheirLines) {
  EXPECT_THAT(parsed("# c\nx\n\n1\n2\n# d\n3").lines, ElementsAre(4u, 5u, 7u));
}

TEST(Table, IndexColumnOfPandasHasNoName) {
  const Table table = parsed(",x,größe\n0,1.5,2.5\n1,3.5,\n");
  EXPECT_THAT(table.names, ElementsAre("", "x", "größe"));
  expect_values(table.values, 2, 3, {0, 1.5, 2.5, 1, 3.5, kNan});
}

TEST(Table, ErrorsNameLineAndColumn) {
  EXPECT_EQ(error_of("1,2\n3,\n"), "has an empty field in line 2, column 2");
  EXPECT_EQ(error_of(",\n1,2"), "has an empty field in line 1, column 1");
  EXPECT_EQ(error_of("x,y\n1,NA\n"), "has \"NA\" in line 2, column 2, which is not a number");
  EXPECT_EQ(error_of("x,y\n1,nan\n"),
            "has \"nan\" in line 2, column 2, which is not a finite number in double precision");
  EXPECT_EQ(error_of("x,y\n1,-inf\n"),
            "has \"-inf\" in line 2, column 2, which is not a finite number in double precision");
  EXPECT_EQ(error_of("x,y\n1,2,3\n"), "has 3 numbers in line 2, but 2 names in line 1");
  EXPECT_EQ(error_of("x,y\n1\n"), "has 1 numbers in line 2, but 2 names in line 1");
  EXPECT_EQ(error_of("x,y,\"x\"\n1,2,3\n"), "has the name \"x\" twice, again in column 3");
  EXPECT_EQ(error_of("x,y\xFF\n1,2\n"), "has a name in column 2, \"y?\", which is not UTF-8");
  EXPECT_EQ(error_of("x,1\n1,2\n"), "has \"x\" in line 1, column 1, which is not a number");
  EXPECT_EQ(error_of(",x,1\n1,2,3\n"), "has \"x\" in line 1, column 2, which is not a number");
  EXPECT_EQ(error_of("x,2nd\n1,2\n"), "has \"2nd\" in line 1, column 2, which is not a number");
  for (const char* nothing : {"", "\n", "# c\n", "x,y\n"})
    EXPECT_EQ(error_of(nothing), "has no numbers") << nothing;
}

TEST(Table, HoldsMoreThanAMatrixFile) {
  std::string text = "x,y\n";
  const std::size_t rows = kMostEntries / 2 + 1;
  for (std::size_t i = 0; i < rows; ++i) text += "1,\n";
  const Table table = parsed(text);
  EXPECT_EQ(table.values.rows(), static_cast<Index>(rows));
  EXPECT_EQ(table.lines.back(), rows + 1);
}

TEST(DamagedTable, CutOffOrChangedInOneByteIsReadOrRefusedInOneSentence) {
  const std::string text = "# d\nx,\"y\",ä\n0.5,,2e-3\n,5.25,-6\r\n";
  int accepted = 0;
  const auto check = [&](const std::string& bytes) {
    Table table;
    const std::string error = error_of(bytes, &table);
    accepted += error.empty();
    EXPECT_LT(error.size(), 200u);
    EXPECT_EQ(std::count_if(error.begin(), error.end(),
                            [](char c) { return static_cast<unsigned char>(c) < 32; }),
              0)
        << error;
    if (!error.empty()) return;
    EXPECT_EQ(table.lines.size(), static_cast<std::size_t>(table.values.rows()));
    if (!table.names.empty()) {
      EXPECT_EQ(table.names.size(), static_cast<std::size_t>(table.values.cols()));
    }
  };
  for (std::size_t size = 0; size < text.size(); ++size) check(text.substr(0, size));
  for (std::size_t at = 0; at < text.size(); ++at)
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      check(changed);
    }
  EXPECT_GT(accepted, 1000);
}

class TableFile : public support::TemporaryFolder {};

TEST_F(TableFile, IsReadOrRefusedWithTheReason) {
  Table table;
  EXPECT_THAT(read_table(file("a.csv", "x\n1\n"), table), IsEmpty());
  EXPECT_THAT(table.names, ElementsAre("x"));
  EXPECT_EQ(read_table(file("b.csv", ""), table), "is empty");
  EXPECT_EQ(read_table(folder_.string(), table), "is a directory");
  const std::string big = file("big.csv", "1");
  std::filesystem::resize_file(big, kMostTableBytes + 1);  // a hole: takes no room
  EXPECT_EQ(read_table(big, table), "is larger than 100 MB");
  EXPECT_THAT(table.names, ElementsAre("x"));
}

// --- progress ------------------------------------------------------------------------------------

TEST(Progress, GoesToTheInnermostScopeOfTheThread) {
  std::vector<double> outer, inner;
  report_progress(0.5);  // nobody listens
  ProgressScope listen([&](double share) { outer.push_back(share); });
  report_progress(0.25);
  {
    ProgressScope inside([&](double share) { inner.push_back(share); });
    report_progress(0.5);
  }
  report_progress(0.75);
  EXPECT_THAT(outer, ElementsAre(0.25, 0.75));
  EXPECT_THAT(inner, ElementsAre(0.5));
}

// The checksums are those of Python's zlib.crc32.
TEST_F(TableFile, WhoWantsToKnowIsToldWhichContentsWereRead) {
  const std::string one = file("one", "123456789"), two = file("two", "");
  std::string bytes;
  EXPECT_THAT(read_file(one, 100, bytes), IsEmpty());  // nobody does
  const StampScope outer;
  EXPECT_THAT(read_file(two, 100, bytes), IsEmpty());
  {
    const StampScope inner;
    EXPECT_THAT(read_file(one, 100, bytes), IsEmpty());
    EXPECT_EQ(inner.files(), (FileStamps{{one, {9, 0xCBF43926}}}));
  }
  EXPECT_EQ(outer.files(), (FileStamps{{one, {9, 0xCBF43926}}, {two, {0, 0}}}));
  EXPECT_EQ(read_file(one, 8, bytes).substr(0, 9), "is larger");
  const std::string large = file("large", std::string(3'000'000, 'a'));
  EXPECT_THAT(read_file(large, 4'000'000, bytes), IsEmpty());
  EXPECT_EQ(outer.files().at(large), (FileStamp{3'000'000, 0xDCB277EA}));
}

TEST_F(TableFile, ReadersReportGrowingShares) {
  std::vector<double> shares;
  ProgressScope listen([&](double share) { shares.push_back(share); });
  const auto expect_growing = [&](const char* what) {
    EXPECT_GT(shares.size(), 2u) << what;
    EXPECT_LT(shares.size(), 12u) << what;
    EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end())) << what;
    EXPECT_GT(shares.back(), 0.7) << what;
    EXPECT_LE(shares.back(), 1.0) << what;
    shares.clear();
  };
  constexpr std::size_t kBytes = 20'000'000;
  std::string text;
  while (text.size() < kBytes) text += "0.12345678901234567,0.5,7\n";
  std::string bytes;
  ASSERT_THAT(read_file(file("a", text), 2 * kBytes, bytes), IsEmpty());
  expect_growing("file");
  Table table;
  ASSERT_THAT(parse_table(text, table), IsEmpty());
  expect_growing("table");
  training::Text characters;
  ASSERT_THAT(training::parse_text(text, characters), IsEmpty());
  expect_growing("text");
  const std::string header =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (" + std::to_string(text.size()) + ",)}";
  TensorFile file;
  ASSERT_THAT(TensorFile::parse(std::string("\x93NUMPY\x01\x00", 8) +
                                    static_cast<char>(header.size()) + '\0' + header + text,
                                file),
              IsEmpty());
  std::vector<double> values;
  ASSERT_THAT(file.values(file.tensors()[0], values), IsEmpty());
  expect_growing("tensor");
}

}  // namespace
}  // namespace backflow::io
