// Matrices from files: what NumPy wrote, CSV in its dialects, every refusal, damaged files.
#include "core/io/matrix_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/io/npy.h"
#include "core/io/read_file.h"
#include "core/model/random.h"
#include "tests/support/temporary_folder.h"

namespace backflow::io {
namespace {

using model::Index;
using model::Matrix;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Matrix matrix_of(Index rows, Index cols, const std::vector<double>& by_row) {
  Matrix matrix(rows, cols);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) matrix(i, j) = by_row[static_cast<std::size_t>(i * cols + j)];
  return matrix;
}

// What is wrong with the bytes, which lie in memory of just their size: a sanitizer sees every read
// beyond them. A refused file leaves the matrix alone.
std::string error_of(const std::string& bytes, Matrix* read = nullptr) {
  const std::vector<char> exact(bytes.begin(), bytes.end());
  const Matrix before = matrix_of(1, 2, {7.0, 8.0});
  Matrix matrix = before;
  std::string error = parse_matrix({exact.data(), exact.size()}, matrix);
  if (!error.empty()) {
    EXPECT_EQ(matrix, before);
  }
  if (read != nullptr) *read = matrix;
  return error;
}

Matrix parsed(const std::string& bytes) {
  Matrix matrix;
  EXPECT_THAT(error_of(bytes, &matrix), IsEmpty()) << bytes;
  return matrix;
}

// --- NPY -----------------------------------------------------------------------------------------

struct Recorded {
  std::string name, bytes;
  Matrix matrix;
};

// tests/golden/npy.txt.
std::vector<Recorded> recorded_files() {
  std::vector<Recorded> files;
  std::ifstream golden(BACKFLOW_SOURCE_DIR "/tests/golden/npy.txt");
  for (std::string line; std::getline(golden, line);) {
    std::istringstream fields(line);
    Recorded file;
    Index rows = 0, cols = 0;
    std::string hex;
    fields >> file.name >> rows >> cols >> hex;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
      file.bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    std::vector<double> values;
    for (std::string value; fields >> value;) values.push_back(std::strtod(value.c_str(), nullptr));
    EXPECT_EQ(static_cast<Index>(values.size()), rows * cols) << file.name;
    file.matrix = matrix_of(rows, cols, values);
    files.push_back(file);
  }
  return files;
}

std::string little_endian(std::uint64_t bits, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(bits >> (8 * i) & 0xFF);
  return text;
}

std::string npy(const std::string& header, const std::string& data) {
  return std::string("\x93NUMPY\x01\x00", 8) + little_endian(header.size(), 2) + header + data;
}

std::string doubles(const std::vector<double>& values) {
  std::string data;
  for (const double value : values) data += little_endian(std::bit_cast<std::uint64_t>(value), 8);
  return data;
}

TEST(Npy, ReadsWhatNumpyWroteToTheLastBit) {
  const auto files = recorded_files();
  ASSERT_EQ(files.size(), 41u);
  for (const Recorded& file : files) {
    SCOPED_TRACE(file.name);
    ASSERT_TRUE(is_npy(file.bytes));
    const Matrix read = parsed(file.bytes);
    ASSERT_EQ(read.rows(), file.matrix.rows());
    ASSERT_EQ(read.cols(), file.matrix.cols());
    for (Index i = 0; i < read.size(); ++i)  // −0 is not 0 here
      EXPECT_EQ(std::bit_cast<std::uint64_t>(read.data()[i]),
                std::bit_cast<std::uint64_t>(file.matrix.data()[i]));
  }
}

TEST(Npy, HeaderIsAPythonDictHoweverWritten) {
  const std::string data = doubles({1, 2, 3, 4});
  for (const char* header :
       {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }          \n",
        "{'shape':(2,2),'descr':'<f8','fortran_order':False}",
        "  {  \"fortran_order\" : False ,\n\t\"shape\" : ( 2 , 2 , ) , \"descr\" : \"<f8\" , }  "})
    EXPECT_EQ(parsed(npy(header, data)), matrix_of(2, 2, {1, 2, 3, 4})) << header;
}

TEST(Npy, HeaderErrorsNameTheByteAndWhatIsExpectedThere) {
  const auto header_error = [](const std::string& header) {
    return error_of(npy(header, doubles({1, 2, 3, 4})));
  };
  const auto at = [](int byte, const std::string& what) {
    return "has an NPY header with an error at byte " + std::to_string(byte) + ", where " + what +
           " is expected";
  };
  const std::string keys = "one of the keys 'descr', 'fortran_order' and 'shape', each once,";
  EXPECT_EQ(header_error(""), at(10, "{"));
  EXPECT_EQ(header_error("  ["), at(12, "{"));
  EXPECT_EQ(header_error("{"), at(11, "a key in quotes"));
  EXPECT_EQ(header_error("{,}"), at(11, "a key in quotes"));
  EXPECT_EQ(header_error("{'descr"), at(11, "a key in quotes"));
  EXPECT_EQ(header_error("{'descr\\'': 1"), at(11, "a key in quotes"));
  EXPECT_EQ(header_error("{'dtype': '<f8'}"), at(11, keys));
  EXPECT_EQ(header_error("{'descr': '<f8', 'descr': '<f8'}"), at(27, keys));
  EXPECT_EQ(header_error("{'descr' '<f8'}"), at(19, "a colon"));
  EXPECT_EQ(header_error("{'descr': [('a', '<f8')]}"), at(20, "'descr' as a string such as '<f8'"));
  EXPECT_EQ(header_error("{'fortran_order': 0}"), at(28, "'fortran_order' as True or False"));
  EXPECT_EQ(header_error("{'fortran_order': Falsehood}"), at(33, "a comma or }"));
  EXPECT_EQ(header_error("{'shape': [2, 2]}"), at(20, "'shape' as a tuple"));
  EXPECT_EQ(header_error("{'shape': (4)}"), at(22, "a comma"));
  EXPECT_EQ(header_error("{'shape': (2, 2"), at(25, "a comma or )"));
  for (const char* length : {"-2", "02", "2.0x", "'2'", "99999999999999999999", ""}) {
    const std::string error = header_error("{'shape': (2, " + std::string(length) + ",)}");
    EXPECT_THAT(error, HasSubstr(length == std::string("2.0x")
                                     ? "at byte 25, where a comma or ) is"
                                     : "at byte 24, where a length of 'shape' is"));
  }
  EXPECT_EQ(header_error("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)} x"),
            at(68, "the end of the header"));
  EXPECT_EQ(header_error("{'descr': '<f8', 'shape': (2, 2)}"),
            "has no 'fortran_order' in its NPY header");
  EXPECT_EQ(header_error("{}"), "has no 'descr' in its NPY header");
}

TEST(Npy, ErrorsNameTheFieldOrTheByte) {
  const auto with = [](const std::string& descr, const std::string& shape,
                       const std::string& data) {
    return error_of(npy(
        "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n", data));
  };
  EXPECT_EQ(error_of("\x93NUMPY\x01"),
            "is an NPY file that ends at byte 7, before the end of its header");
  EXPECT_EQ(error_of(std::string("\x93NUMPY\x04\x00", 8)),
            "is an NPY file of version 4.0 (bytes 6 and 7), of which 1.0, 2.0 and 3.0 can be read");
  EXPECT_THAT(error_of("\x93NUMPY\x01\x02"), HasSubstr("of version 1.2 "));
  EXPECT_THAT(error_of(std::string("\x93NUMPY\x02\x00\xFF\xFF\xFF", 11)),
              HasSubstr("ends at byte 11, "));
  // A header of 4 GB that is not there.
  EXPECT_THAT(error_of(std::string("\x93NUMPY\x03\x00\xFF\xFF\xFF\xFF{}", 14)),
              HasSubstr("ends at byte 14, "));
  for (const char* descr :
       {"<f2", "<c16", "|b1", "|O", "<U1", "=f8", "|f8", "<f1", "<i3", "f8", "", "<f88", ">m8"})
    EXPECT_EQ(with(descr, "(1,)", doubles({1})),
              "has 'descr' = '" + std::string(descr) +
                  "' in its NPY header, which is none of f4, f8, i1, i2, i4, i8, u1, u2, u4, u8 "
                  "with < or > before it");
  EXPECT_THAT(with(std::string(5000, '<') + "\x01", "(1,)", ""), HasSubstr("<<<<…' in its"));
  EXPECT_EQ(with("<f8", "()", doubles({1})),
            "has 'shape' with 0 dimensions in its NPY header, which may have 1 or 2");
  EXPECT_THAT(with("<f8", "(1, 1, 1)", doubles({1})), HasSubstr("with 3 dimensions"));
  EXPECT_EQ(with("<f8", "(0, 4)", ""),
            "has 'shape' = (0, 4) in its NPY header, which holds no numbers");
  EXPECT_THAT(with("<f8", "(3, 0)", ""), HasSubstr("holds no numbers"));
  EXPECT_EQ(with("<f8", "(4097, 512)", ""),
            "has 'shape' = (4097, 512) in its NPY header, which is more than 2097152 numbers");
  // The products are 0 in 64 bits.
  EXPECT_THAT(with("<f8", "(4294967296, 4294967296)", ""), HasSubstr("more than 2097152"));
  EXPECT_THAT(with("<f8", "(9223372036854775808, 2)", ""), HasSubstr("more than 2097152"));
  EXPECT_THAT(with("<f8", "(18446744073709551615,)", ""), HasSubstr("more than 2097152"));
  EXPECT_EQ(with("<f8", "(2, 2)", doubles({1, 2, 3})),
            "has 24 bytes of data from byte 70, but 'shape' = (2, 2) of '<f8' needs 32");
  EXPECT_THAT(with("<f8", "(3,)", doubles({1, 2, 3}) + "x"),
              HasSubstr("has 25 bytes of data from byte 68, but 'shape' = (3,) of '<f8' needs 24"));
  const double nan = std::nan(""), inf = HUGE_VAL;
  EXPECT_EQ(with("<f8", "(2, 2)", doubles({1, 2, nan, 4})),
            "has nan in row 2, column 1 (byte 86), which is not finite");
  EXPECT_THAT(with("<f8", "(2, 2)", doubles({1, inf, 3, 4})),
              HasSubstr("has inf in row 1, column 2 (byte 78)"));
  EXPECT_THAT(with("<f4", "(1,)", std::string("\x00\x00\x80\xFF", 4)),
              HasSubstr("has -inf in row"));
}

TEST(Npy, ReadsTheLargestMatrixAllowed) {
  const std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (4096, 512)}";
  std::string data(kMostEntries, '\0');
  data.back() = -3;
  const Matrix read = parsed(npy(header, data));
  EXPECT_EQ(read(4095, 511), -3.0);
  EXPECT_EQ(read.sum(), -3.0);
}

// --- CSV -----------------------------------------------------------------------------------------

TEST(Csv, ReadsEveryDialect) {
  const Matrix expected = matrix_of(2, 3, {0.5, -1, 2e-3, 4, 5.25, 6});
  for (const char* text :
       {"0.5,-1,2e-3\n4,5.25,6\n", "0.5;-1;2e-3\n4;5.25;6", "0.5\t-1\t2E-3\n4\t5.25\t6\n",
        "  0.5 -1   0.002\n   4 5.25 6  \n", ".5, -1 , 2e-3\r\n+4, 5.25,\t6\r\n",
        "\xEF\xBB\xBF"
        "0.5,-1,2e-3\n4,5.25,6\n",
        "# W_hh, a comment\n\n0.5,-1,2e-3\n  # another\n \t\r\n4,5.25,6\n\n",
        "a,b,c\n0.5,-1,2e-3\n4,5.25,6\n", "# first\n\"h1\"; \"h2\"; \"e3\"\n0.5;-1;2e-3\n4;5.25;6",
        "infra nano x0\n0.5 -1 2e-3\n4 5.25 6\n"})
    EXPECT_EQ(parsed(text), expected) << text;
  EXPECT_EQ(parsed("0.75"), matrix_of(1, 1, {0.75}));
  EXPECT_EQ(parsed("weights\n1\n2\n"), matrix_of(2, 1, {1, 2}));
}

TEST(Csv, NumbersAreTheNearestDoubles) {
  // strtod rounds correctly too, by another road; %.17g tells all doubles apart.
  const Matrix values = model::Random(5).normal_matrix(20, 20, 1e3);
  std::string text;
  for (Index i = 0; i < 20; ++i)
    for (Index j = 0; j < 20; ++j) {
      char digits[40];
      std::snprintf(digits, sizeof digits, "%.17g", values(i, j));
      text += digits + std::string(j == 19 ? "\n" : ",");
    }
  EXPECT_EQ(parsed(text), values);
}

TEST(Csv, ErrorsNameLineAndColumn) {
  EXPECT_EQ(error_of("1,2\n# c\n\n3,abc\n"),
            "has \"abc\" in line 4, column 2, which is not a number");
  EXPECT_EQ(error_of("1,2\n3,nan\n"),
            "has \"nan\" in line 2, column 2, which is not a finite number in double precision");
  for (const char* field : {"inf", "-inf", "+Infinity", "NaN", "1e999", "-1e400"})
    EXPECT_THAT(error_of(std::string(field) + " 1"),
                HasSubstr("line 1, column 1, which is not a finite"))
        << field;
  for (const char* field :
       {"0x10", "1d3", "1e", "--1", "+-1", "+", "1_000", "\"1\"", "1 2", "1\r2"})
    EXPECT_THAT(error_of("7,7\n" + std::string(field) + ",1"),
                HasSubstr("in line 2, column 1, which is not a number"))
        << field;
  EXPECT_EQ(error_of("1;2\n0,5;3\n"), "has \"0,5\" in line 2, column 1, which is not a number");
  EXPECT_EQ(error_of("1,2\n3,,4\n"), "has an empty field in line 2, column 2");
  EXPECT_EQ(error_of("1,2,\n3,4,\n"), "has an empty field in line 1, column 3");
  EXPECT_EQ(error_of(",a\n1,2\n"), "has an empty field in line 1, column 1");
  EXPECT_EQ(error_of("1,2\n3,4,5\n"), "has 3 numbers in line 2, but 2 in line 1");
  EXPECT_EQ(error_of("# c\n1 2\n3\n"), "has 1 numbers in line 3, but 2 in line 2");
  EXPECT_EQ(error_of("a,b,c\n1,2\n"), "has 2 numbers in line 2, but 3 names in line 1");
  // Neither all names nor all numbers.
  EXPECT_EQ(error_of("a,1\n2,3\n"), "has \"a\" in line 1, column 1, which is not a number");
  EXPECT_EQ(error_of("1,a\n2,3\n"), "has \"a\" in line 1, column 2, which is not a number");
  EXPECT_EQ(error_of("0.1.2,0-3\n2,3\n"),
            "has \"0.1.2\" in line 1, column 1, which is not a number");
  EXPECT_EQ(error_of("a,b\nc,d\n1,2"), "has \"c\" in line 2, column 1, which is not a number");
  for (const char* nothing : {"\n", "# only\n", "\xEF\xBB\xBF", "a,b\n", " \r\n"})
    EXPECT_EQ(error_of(nothing), "has no numbers");
  EXPECT_EQ(error_of("1\n" + std::string(1000, '\x01')),
            "has \"" + std::string(20, '?') + "…\" in line 2, column 1, which is not a number");
}

TEST(Csv, RefusesMoreNumbersThanAllowed) {
  std::string text;
  for (std::size_t i = 0; i < kMostEntries; ++i) text += i % 512 == 511 ? "0\n" : "0,";
  const Matrix read = parsed(text);
  EXPECT_EQ(read.rows(), 4096);
  EXPECT_EQ(read.cols(), 512);
  EXPECT_EQ(error_of(text + "1\n"),
            "has more than 2097152 numbers, the next in line 4097, column 1");
}

// --- damaged files -------------------------------------------------------------------------------

// One to eight bits turned over, or bytes taken out, put in, or cut off.
std::string mutated(std::string bytes, model::Random& random) {
  const auto place = [&] { return static_cast<std::size_t>(random.below(bytes.size())); };
  switch (random.below(5)) {
    case 0:
      bytes.resize(place());
      return bytes;
    case 1:
      bytes.erase(place(), random.below(4) + 1);
      return bytes;
    case 2:
      bytes.insert(place(), random.below(4) + 1, static_cast<char>(random.below(256)));
      return bytes;
    default:
      for (std::uint64_t flips = random.below(8) + 1; flips-- > 0;) {
        char& byte = bytes[place()];
        byte = static_cast<char>(byte ^ (1 << random.below(8)));
      }
      return bytes;
  }
}

TEST(DamagedMatrixFile, IsReadOrRefusedInOneSentence) {
  std::vector<std::string> files{"# W\na,b,c\n0.5,-1.25,2e-3\n4,5.25,6\n-7,8e10,.9\n",
                                 "0.5;-1;2\r\n4;5;6\r\n", "1 2  3\n 4 5 6\n", "1\t2\n3\t4\n"};
  for (const Recorded& file : recorded_files()) files.push_back(file.bytes);
  model::Random random(11);
  int accepted = 0, refused = 0;
  for (int i = 0; i < 2000; ++i) {
    // Every other one a CSV, for there are fewer of them.
    const std::size_t which = random.below(2) == 0 ? random.below(4) : random.below(files.size());
    const std::string bytes = mutated(files[which], random);
    Matrix read;
    const std::string error = error_of(bytes, &read);
    ++(error.empty() ? accepted : refused);
    if (error.empty()) {
      EXPECT_TRUE(read.size() > 0 && read.allFinite());
      EXPECT_LE(static_cast<std::size_t>(read.size()), bytes.size());
    } else {
      EXPECT_LT(error.size(), 200u);
      EXPECT_EQ(std::count_if(error.begin(), error.end(),
                              [](char c) { return static_cast<unsigned char>(c) < 32; }),
                0)
          << error;
    }
  }
  EXPECT_GT(accepted, 200);
  EXPECT_GT(refused, 1000);
}

// --- files -------------------------------------------------------------------------------------

class MatrixFile : public support::TemporaryFolder {};

TEST_F(MatrixFile, IsKnownByItsContentNotItsName) {
  Matrix matrix;
  EXPECT_THAT(read_matrix(file("a.npy", "1,2\n3,4\n"), matrix), IsEmpty());
  EXPECT_EQ(matrix, matrix_of(2, 2, {1, 2, 3, 4}));
  const Recorded recorded = recorded_files().front();
  EXPECT_THAT(read_matrix(file("a.csv", recorded.bytes), matrix), IsEmpty());
  EXPECT_EQ(matrix, recorded.matrix);
}

TEST_F(MatrixFile, IsRefusedWithTheReason) {
  const Matrix before = matrix_of(1, 1, {3});
  Matrix matrix = before;
  EXPECT_EQ(read_matrix((folder_ / "nothing").string(), matrix), "does not exist");
  EXPECT_EQ(read_matrix(file("file", "1") + "/inside", matrix), "does not exist");
  EXPECT_EQ(read_matrix("", matrix), "does not exist");
  EXPECT_EQ(read_matrix(folder_.string(), matrix), "is a directory");
  EXPECT_EQ(read_matrix("/dev/zero", matrix), "is not a regular file");
  const std::string fifo = (folder_ / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(read_matrix(fifo, matrix), "is not a regular file");
  std::filesystem::create_symlink("loop", folder_ / "loop");
  EXPECT_EQ(read_matrix((folder_ / "loop").string(), matrix), "cannot be read");
  EXPECT_EQ(read_matrix("/proc/self/mem", matrix), "cannot be read");  // even for root
  EXPECT_EQ(read_matrix(file("empty", ""), matrix), "is empty");
  const std::string big = file("big", "1");
  std::filesystem::resize_file(big, kMostFileBytes + 1);  // a hole: takes no room
  EXPECT_EQ(read_matrix(big, matrix), "is larger than 100 MB");
  EXPECT_EQ(matrix, before);
}

TEST_F(MatrixFile, OfAnyLengthIsReadWhole) {
  // Around the size of the blocks it is read in.
  for (const std::size_t size : {std::size_t{1} << 20, (std::size_t{1} << 20) + 1}) {
    std::string content(size, 'a');
    content[size - 1] = 'z';
    std::string bytes;
    EXPECT_THAT(read_file(file("a", content), size, bytes), IsEmpty());
    EXPECT_TRUE(bytes == content);
    EXPECT_EQ(read_file(file("a", content), size - 1, bytes), "is larger than 1 MB");
    EXPECT_TRUE(bytes == content);
  }
}

}  // namespace
}  // namespace backflow::io
