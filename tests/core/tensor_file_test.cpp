// Files of tensors: what NumPy wrote, to the last bit; every way in which NPY and NPZ files can be
// wrong, each with its sentence; damage. What is particular to safetensors: safetensors_test.cpp.
#include "core/io/tensor_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/io/zip_names.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tensor_bytes.h"

namespace backflow::io {
namespace {

using support::Archive;
using support::archive_of;
using support::from_hex;
using support::little_endian;
using support::npy_bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What is wrong with the bytes, or with the numbers of the first tensor where that is. A refused
// file leaves what was there alone.
std::string error_of(const std::string& bytes) {
  TensorFile file;
  EXPECT_THAT(TensorFile::parse(npy_bytes("|u1", "(3,)", "abc"), file), IsEmpty());
  const std::string error = TensorFile::parse(bytes, file);
  std::vector<double> values{5.0};
  if (!error.empty()) {
    EXPECT_EQ(file.format(), "npy");
    EXPECT_THAT(file.values(file.tensors()[0], values), IsEmpty());
    EXPECT_THAT(values, ElementsAre('a', 'b', 'c'));
    return error;
  }
  for (const TensorInfo& tensor : file.tensors()) {
    values = {5.0};
    const std::string fault = file.values(tensor, values);
    if (fault.empty()) continue;
    EXPECT_THAT(values, ElementsAre(5.0));
    return fault;
  }
  return {};
}

TensorFile parsed(const std::string& bytes) {
  TensorFile file;
  EXPECT_THAT(TensorFile::parse(bytes, file), IsEmpty());
  return file;
}

std::vector<double> values_of(const TensorFile& file, const TensorInfo& tensor) {
  std::vector<double> values;
  EXPECT_THAT(file.values(tensor, values), IsEmpty());
  return values;
}

// --- what NumPy wrote ----------------------------------------------------------------------------

struct Recorded {
  std::string name, bytes, tensors;
};

// tests/golden/tensors.txt.
std::vector<Recorded> recorded_files() {
  std::vector<Recorded> files;
  std::ifstream golden(BACKFLOW_SOURCE_DIR "/tests/golden/tensors.txt");
  for (std::string line; std::getline(golden, line);) {
    std::istringstream fields(line);
    Recorded file;
    std::string hex;
    fields >> file.name >> hex;
    file.bytes = from_hex(hex);
    std::getline(fields, file.tensors);
    files.push_back(file);
  }
  return files;
}

void expect_tensor(const TensorFile& file, const TensorInfo& tensor, std::istringstream& expected) {
  std::string name, type, shape, numbers;
  expected >> name >> type >> shape >> numbers;
  EXPECT_EQ(tensor.name, name == "-" ? "" : name);
  EXPECT_EQ(name_of(tensor.type), type) << name;
  std::string of_tensor;
  for (const std::uint64_t length : tensor.shape) of_tensor += std::to_string(length) + "x";
  EXPECT_EQ(of_tensor.empty() ? "x" : of_tensor, shape) << name;
  EXPECT_EQ(file.find(tensor.name), &tensor);
  const std::vector<double> values = values_of(file, tensor);
  std::vector<std::string> wanted;
  std::istringstream list(numbers == "-" ? "" : numbers);
  for (std::string number; std::getline(list, number, ',');) wanted.push_back(number);
  ASSERT_EQ(values.size(), wanted.size()) << name;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double number = std::strtod(wanted[i].c_str(), nullptr);
    if (std::isnan(number)) {
      EXPECT_TRUE(std::isnan(values[i])) << name;
    } else {  // −0 is not 0 here
      EXPECT_EQ(std::bit_cast<std::uint64_t>(values[i]), std::bit_cast<std::uint64_t>(number))
          << name << " " << i;
    }
  }
}

TEST(TensorFile, ReadsWhatNumpyWroteToTheLastBit) {
  const auto files = recorded_files();
  ASSERT_EQ(files.size(), 23u);
  for (const Recorded& recorded : files) {
    SCOPED_TRACE(recorded.name);
    const TensorFile file = parsed(recorded.bytes);
    EXPECT_EQ(recorded.name.find(std::string(file.format()) + "-"), 0u);
    std::istringstream expected(recorded.tensors);
    for (const TensorInfo& tensor : file.tensors()) expect_tensor(file, tensor, expected);
    std::string rest;
    EXPECT_FALSE(expected >> rest) << rest;
    EXPECT_EQ(file.find("no such name"), nullptr);
  }
}

TEST(TensorFile, SafetensorsSayOfThemselves) {
  for (const Recorded& recorded : recorded_files())
    if (recorded.name.find("safetensors") == 0) {
      EXPECT_THAT(parsed(recorded.bytes).metadata(),
                  ElementsAre(std::pair<std::string, std::string>("format", "pt"),
                              std::pair<std::string, std::string>("note", "größe")));
    }
}

TEST(TensorFile, EveryHalfIsTheNumberThatItsBitsSay) {
  // Sign, exponent and fraction as the standards have them, by another road than the reader's.
  const auto number = [](int bits, int exponent_bits, int fraction_bits) {
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
    const int fraction = bits & ((1 << fraction_bits) - 1);
    const double sign = bits >> 15 != 0 ? -1.0 : 1.0;
    if (exponent == (1 << exponent_bits) - 1)
      return fraction == 0 ? sign * HUGE_VAL : std::numeric_limits<double>::quiet_NaN();
    const int implied = exponent == 0 ? 0 : 1 << fraction_bits;
    return sign * std::ldexp(fraction + implied, std::max(exponent, 1) - bias - fraction_bits);
  };
  std::string data;
  for (std::uint64_t bits = 0; bits < 65536; ++bits) data += little_endian(bits, 2);
  const std::string shape_and_place = R"(","shape":[65536],"data_offsets":[0,131072]}})";
  for (const char* type : {"F16", "BF16"}) {
    const TensorFile file = parsed(support::safetensors_bytes(
        R"({"a":{"dtype":")" + std::string(type) + shape_and_place, data));
    const std::vector<double> values = values_of(file, file.tensors()[0]);
    ASSERT_EQ(values.size(), 65536u);
    for (int bits = 0; bits < 65536; ++bits) {
      const double expected = *type == 'F' ? number(bits, 5, 10) : number(bits, 8, 7);
      const double value = values[static_cast<std::size_t>(bits)];
      ASSERT_TRUE(std::isnan(expected)
                      ? std::isnan(value)
                      : value == expected && std::signbit(value) == std::signbit(expected))
          << type << " " << bits << ": " << value << " is not " << expected;
    }
  }
}

TEST(TensorFile, ReportsWhereTheFirstNumberIsThatIsNotFinite) {
  std::vector<double> values(24, 1.0);
  const std::vector<std::uint64_t> shape{2, 3, 4};
  EXPECT_EQ(find_non_finite(shape, values).count, 0u);
  EXPECT_THAT(find_non_finite(shape, values).first, IsEmpty());
  values[12 + 2 * 4 + 1] = std::nan("");
  values[23] = -HUGE_VAL;
  EXPECT_EQ(find_non_finite(shape, values).count, 2u);
  EXPECT_THAT(find_non_finite(shape, values).first, ElementsAre(1u, 2u, 1u));
  EXPECT_THAT(find_non_finite({}, std::vector<double>{HUGE_VAL}).first, IsEmpty());
  EXPECT_EQ(shape_text(shape), "(2, 3, 4)");
  EXPECT_EQ(shape_text(std::vector<std::uint64_t>{5}), "(5,)");
  EXPECT_EQ(shape_text({}), "()");
}

// --- files of others -----------------------------------------------------------------------------

TEST(TensorFile, TellsWhatToSaveInsteadOfPickle) {
  const std::string instead =
      ", which can run any program and is not read: save the weights with "
      "safetensors.torch.save_file() or numpy.savez() instead";
  EXPECT_EQ(error_of("\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19."),
            "is a pickle, as PyTorch saves it" + instead);
  EXPECT_EQ(
      error_of(archive_of({{"archive/data.pkl", "\x80\x02."}, {"archive/data/0", "1234"}}).bytes),
      "is a PyTorch file of pickle (\"archive/data.pkl\")" + instead);
  EXPECT_THAT(error_of(archive_of({{"data.pkl", "\x80\x02."}}).bytes), HasSubstr(instead));
  EXPECT_EQ(error_of(npy_bytes("|O", "(1,)", "\x80\x03.")),
            "holds Python objects ('descr' = '|O'), which are stored as pickle: that can run any "
            "program and is not read");
  EXPECT_EQ(
      error_of(archive_of({{"w.npy", npy_bytes("|O", "(1,)", "\x80\x03.")}}).bytes),
      "has an entry \"w.npy\" that holds Python objects ('descr' = '|O'), which are stored as "
      "pickle: that can run any program and is not read");
  EXPECT_EQ(error_of("\x89HDF\r\n\x1A\n........"),
            "is an HDF5 file, as Keras saves it, which is not read: save the weights with "
            "numpy.savez() instead");
  EXPECT_EQ(error_of("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n"),
            "is not the file itself but a pointer of Git LFS to it: fetch it with git lfs pull");
  EXPECT_EQ(error_of(""), "is empty");
  for (const char* other :
       {"x", "1,2\n3,4\n", "{\"a\": 1}", "\x80", "\x80\x09", "PK", "PK\x07\x08"})
    EXPECT_EQ(error_of(other), "is no safetensors, NPZ or NPY file") << other;
}

// --- NPY -----------------------------------------------------------------------------------------

TEST(NpyTensor, ErrorsNameTheReason) {
  const auto with = [](const std::string& descr, const std::string& shape,
                       const std::string& data) { return error_of(npy_bytes(descr, shape, data)); };
  EXPECT_THAT(with("<f8", "()", std::string(8, 'x')), IsEmpty());
  EXPECT_THAT(with("<f8", "(0, 18446744073709551615)", ""),
              HasSubstr("(0, 18446744073709551615) in its NPY header, which no file can hold"));
  EXPECT_EQ(with("<f8", "(4294967296, 4294967296)", ""),
            "has 'shape' = (4294967296, 4294967296) in its NPY header, which no file can hold");
  EXPECT_EQ(with("<f4", "(2, 3)", "1234"),
            "has 4 bytes of data from byte 67, but 'shape' = (2, 3) of '<f4' needs 24");
  EXPECT_EQ(with("|u1", "(2,)", "123"),
            "has 3 bytes of data from byte 65, but 'shape' = (2,) of '|u1' needs 2");
  for (const char* descr :
       {"<c16", "<U1", "=f8", "|f8", "<f1", "<i3", "f8", "", "<f88", ">m8", "f"})
    EXPECT_EQ(with(descr, "(1,)", "12345678"),
              "has 'descr' = '" + std::string(descr) +
                  "' in its NPY header, which is none of the types that are read: b1, i1, i2, i4, "
                  "i8, u1, u2, u4, u8, f2, f4, f8");
  EXPECT_EQ(error_of(npy_bytes("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}",
                               "12345678")),
            "has records of several fields, of which no tensor can be made");
  EXPECT_EQ(error_of(std::string("\x93NUMPY\x02\x00", 8) + little_endian(2'000'000, 4) +
                     std::string(2'000'000, ' ')),
            "is an NPY file with a header of 2000000 bytes, which is more than 1000000");
  EXPECT_EQ(error_of(std::string("\x93NUMPY\x09\x00", 8)),
            "is an NPY file of version 9.0 (bytes 6 and 7), of which 1.0, 2.0 and 3.0 can be read");
}

// --- NPZ -----------------------------------------------------------------------------------------

const std::string kArray = npy_bytes("<u2", "(2, 2)", "abcdefgh");

TEST(Npz, NamesLoseTheirExtension) {
  const TensorFile file = parsed(archive_of({{"w.npy", kArray}, {"plain", kArray, true}}).bytes);
  ASSERT_EQ(file.tensors().size(), 2u);
  EXPECT_EQ(file.tensors()[0].name, "w");
  EXPECT_EQ(file.tensors()[1].name, "plain");
  EXPECT_EQ(values_of(file, file.tensors()[0]), values_of(file, file.tensors()[1]));
  EXPECT_EQ(error_of(archive_of({{"w.npy", kArray}, {"b.npy", kArray}, {"w", kArray}}).bytes),
            "has the tensor \"w\" twice");
  EXPECT_THAT(parsed(archive_of({}).bytes).tensors(), IsEmpty());
}

TEST(Npz, EntriesMustBeArrays) {
  EXPECT_EQ(error_of(archive_of({{"w.npy", kArray}, {"readme", "text"}}).bytes),
            "has an entry \"readme\" that is no NPY file");
  EXPECT_EQ(error_of(archive_of({{"empty.npy", ""}}).bytes),
            "has an entry \"empty.npy\" that is no NPY file");
  EXPECT_EQ(error_of(archive_of({{"w.npy", kArray + "x", true}}).bytes),
            "has an entry \"w.npy\" that has 9 bytes of data from byte 67, but 'shape' = (2, 2) of "
            "'<u2' needs 8");
  EXPECT_EQ(error_of(archive_of({{"w\n\xFF.npy", kArray}}).bytes),
            "has an entry \"w??.npy\" that has a name which is not UTF-8");
}

TEST(Npz, PackedBytesMustBeWhatTheyAreSaidToBe) {
  // An NPY file of more numbers than are packed: its header is in order.
  const std::string more = npy_bytes("|u1", "(5000,)", std::string(5000, 'a'));
  Archive archive = archive_of({{"w.npy", more, true}});
  const std::size_t local = archive.local[0], central = archive.central[0];
  constexpr std::size_t kHeader = 68;
  const auto with_size = [&](std::size_t stated, std::uint32_t checksum) {
    const std::string content =
        npy_bytes("|u1", "(" + std::to_string(stated - kHeader) + ",)", std::string(5000, 'a'));
    EXPECT_EQ(content.size(), kHeader + 5000);
    Archive wrong = archive_of({{"w.npy", content, true}});
    for (const std::size_t at : {wrong.local[0] + 14, wrong.central[0] + 16}) {
      wrong.set(at, checksum == 0 ? support::checksum_of(content) : checksum, 4);
      wrong.set(at + 8, stated, 4);
    }
    return error_of(wrong.bytes);
  };
  EXPECT_THAT(with_size(5068, 0), IsEmpty());
  EXPECT_EQ(with_size(5069, 0),
            "has a tensor \"w\" that unpacks to 5068 bytes, but is said to have 5069");
  EXPECT_EQ(with_size(5067, 0),
            "has a tensor \"w\" that unpacks to more than the 5067 bytes that it "
            "is said to have");
  EXPECT_EQ(with_size(5068, 1),
            "has a tensor \"w\" that is damaged: its checksum is not the one that is stated");
  // More than deflate can pack into so few bytes.
  for (const std::size_t at : {local + 22, central + 24}) archive.set(at, 0xF0000000u, 4);
  EXPECT_THAT(
      error_of(archive.bytes),
      HasSubstr("has an entry \"w.npy\" that is said to have 4026531840 bytes, more than its"));
  // The first block of deflate has no known type.
  archive = archive_of({{"w.npy", more, true}});
  archive.bytes[local + 30 + 5] = '\xFF';
  EXPECT_THAT(error_of(archive.bytes),
              HasSubstr("\"w.npy\" that is damaged: it cannot be unpacked"));
  // Bytes behind the end of the packed data, which belong to the entry.
  const std::string packed = support::deflated(kArray);
  archive = archive_of({{"w.npy", packed + "12"}});
  for (const std::size_t at : {archive.local[0] + 8, archive.central[0] + 10}) {
    archive.set(at, 8, 2);
    archive.set(at + 6, support::checksum_of(kArray), 4);
    archive.set(at + 14, kArray.size(), 4);
  }
  EXPECT_EQ(error_of(archive.bytes),
            "has a tensor \"w\" that ends 2 bytes before its packed bytes do");
}

// One entry "w.npy", stored, with a field changed in the local header, the directory, or both.
std::string with_field(std::size_t in_local, std::size_t in_central, std::uint64_t value,
                       std::size_t size) {
  Archive archive = archive_of({{"w.npy", kArray}});
  if (in_local != 0) archive.set(archive.local[0] + in_local, value, size);
  if (in_central != 0) archive.set(archive.central[0] + in_central, value, size);
  return error_of(archive.bytes);
}

TEST(Npz, EntriesMustAgreeWithTheirLocalHeaders) {
  const std::string named = "has an entry \"w.npy\" that ";
  const std::string disagrees =
      named + "has no local header that agrees with the directory at byte ";
  EXPECT_EQ(with_field(6, 8, 1, 2), named + "is encrypted");
  EXPECT_EQ(with_field(6, 8, 1 << 6, 2), named + "is encrypted");
  EXPECT_EQ(with_field(6, 8, 1 << 13, 2), named + "is encrypted");
  EXPECT_EQ(with_field(6, 8, 1 << 5, 2), named + "is a patch of another file");
  EXPECT_EQ(with_field(6, 0, 1, 2), disagrees + "0");
  EXPECT_EQ(with_field(8, 10, 12, 2),
            named + "is packed by method 12, of which 0 (stored) and 8 (deflated) are read");
  EXPECT_EQ(with_field(8, 0, 8, 2), disagrees + "0");
  EXPECT_EQ(with_field(18, 20, 7, 4),
            named + "is stored in 7 bytes, but said to have " + std::to_string(kArray.size()));
  EXPECT_EQ(with_field(14, 0, 7, 4), disagrees + "0");
  EXPECT_EQ(with_field(22, 0, 7, 4), disagrees + "0");
  EXPECT_EQ(with_field(30, 0, 'v', 1), disagrees + "0");
  EXPECT_EQ(with_field(0, 42, 3, 4), disagrees + "3");
  EXPECT_EQ(with_field(0, 42, 0xFFFFFF00u, 4), disagrees + "4294967040");
  EXPECT_THAT(with_field(28, 0, 9, 2), HasSubstr("packed bytes from byte 44, more than there are"));
  EXPECT_EQ(with_field(28, 0, 900, 2), disagrees + "0");
  EXPECT_EQ(with_field(0, 34, 1, 2), "is one part of a ZIP archive in several files");
  EXPECT_EQ(with_field(0, 20, 0xFFFFFFFFu, 4), named + "has a broken extra field");
  EXPECT_THAT(with_field(14, 16, 7, 4), HasSubstr("is damaged: its checksum"));
  Archive archive = archive_of({{"w.npy", kArray}});
  for (const std::size_t at : {archive.local[0] + 18, archive.central[0] + 20}) {
    archive.set(at, 5000, 4);
    archive.set(at + 4, 5000, 4);
  }
  EXPECT_EQ(error_of(archive.bytes),
            named + "has 5000 packed bytes from byte 35, more than there are");
  archive = archive_of({{"w.npy", kArray}, {"b.npy", kArray}});
  archive.set(archive.central[1] + 42, 0, 4);
  archive.bytes.replace(archive.central[1] + 46, 5, "w.npy");
  EXPECT_EQ(error_of(archive.bytes), "has entries \"w.npy\" and \"w.npy\" that share bytes");
}

TEST(Npz, DirectoryMustBeInOrder) {
  const Archive right = archive_of({{"w.npy", kArray}, {"b.npy", kArray}});
  const auto with = [&](std::size_t at, std::uint64_t value, std::size_t size) {
    Archive archive = right;
    archive.set(right.end + at, value, size);
    return error_of(archive.bytes);
  };
  const std::string cut =
      "is a ZIP archive without an end of its directory: it is cut off or damaged";
  const std::string parts = "is one part of a ZIP archive in several files";
  EXPECT_EQ(with(0, 7, 1), cut);
  EXPECT_EQ(with(20, 1, 2), cut);
  EXPECT_EQ(error_of(right.bytes + "x"), cut);
  EXPECT_EQ(error_of("PK\x03\x04"), cut);
  EXPECT_EQ(with(4, 1, 2), parts);
  EXPECT_EQ(with(8, 1, 2), parts);
  EXPECT_THAT(with(12, 101, 4), HasSubstr("has a ZIP directory of 101 bytes from byte"));
  EXPECT_THAT(with(16, 0xFFFFFF00u, 4), HasSubstr("which does not end where it should, at byte"));
  EXPECT_THAT(with(8, 3 | 3 << 16, 4), HasSubstr("too few for its 3 entries"));
  EXPECT_THAT(with(8, 65535 | 65535u << 16, 4), HasSubstr("too few for its 65535 entries"));
  EXPECT_THAT(with(8, 1 | 1 << 16, 4),
              HasSubstr("has a ZIP directory with more than its 1 entries"));
  Archive archive = right;
  archive.set(right.central[1], 0, 4);
  EXPECT_EQ(error_of(archive.bytes),
            "has a broken ZIP directory at byte " + std::to_string(right.central[1]));
  for (const std::size_t length : {28u, 30u, 32u}) {  // of name, extra field, comment
    archive = right;
    archive.set(right.central[1] + length, 500, 2);
    EXPECT_EQ(error_of(archive.bytes),
              "has a broken ZIP directory at byte " + std::to_string(right.central[1]));
  }
}

TEST(Npz, CommentsDeceiveNobody) {
  EXPECT_THAT(error_of(archive_of({{"w.npy", kArray}}, "a comment").bytes), IsEmpty());
  EXPECT_THAT(error_of(archive_of({{"w.npy", kArray}}, std::string(65535, 'c')).bytes), IsEmpty());
  // The beginning of an end, which its comment's length shows not to be one.
  EXPECT_THAT(error_of(archive_of({{"w.npy", kArray}}, "PK\x05\x06" + std::string(30, '\0')).bytes),
              IsEmpty());
  // A whole other archive's end in the comment: which of the two is meant?
  const std::string hidden = archive_of({}).bytes;
  const Archive two = archive_of({{"w.npy", kArray}}, hidden);
  EXPECT_EQ(error_of(two.bytes), "has two ends of its ZIP directory, at byte " +
                                     std::to_string(two.end) + " and at byte " +
                                     std::to_string(two.end + 22));
}

// The directory's end again in 64 bits, with the locator.
std::string with_zip64(const Archive& archive, std::uint64_t entries, std::uint64_t at_offset = 0) {
  const std::size_t begin = archive.central[0];
  const std::string end64 = "PK\x06\x06" + little_endian(44, 8) + little_endian(45, 2) +
                            little_endian(45, 2) + little_endian(0, 8) + little_endian(entries, 8) +
                            little_endian(entries, 8) + little_endian(archive.end - begin, 8) +
                            little_endian(begin, 8);
  const std::string locator = "PK\x06\x07" + little_endian(0, 4) +
                              little_endian(archive.end + at_offset, 8) + little_endian(1, 4);
  std::string bytes = archive.bytes;
  bytes.insert(archive.end, end64 + locator);
  return bytes;
}

TEST(Npz, Zip64IsReadAndHeldAgainstTheOldRecord) {
  Archive archive = archive_of({{"w.npy", kArray}, {"b.npy", kArray}});
  EXPECT_THAT(error_of(with_zip64(archive, 2)), IsEmpty());
  EXPECT_EQ(error_of(with_zip64(archive, 1)),
            "has two ends of its ZIP directory that contradict each other");
  archive.set(archive.end + 8, 0xFFFFFFFFu, 4);
  archive.set(archive.end + 16, 0xFFFFFFFFu, 4);
  EXPECT_THAT(error_of(with_zip64(archive, 2)), IsEmpty());
  EXPECT_THAT(error_of(with_zip64(archive, std::uint64_t{1} << 60)),
              HasSubstr("too few for its 1152921504606846976 entries"));
  EXPECT_EQ(error_of(with_zip64(archive, 2, 1)),
            "has no ZIP64 end of its directory where it should be, at byte " +
                std::to_string(archive.end + 1));
  EXPECT_THAT(error_of(with_zip64(archive, 2, std::uint64_t{0} - 1)),
              HasSubstr("has no ZIP64 end of its directory where it should be"));
}

// --- damage --------------------------------------------------------------------------------------

std::vector<std::string> small_files() {
  return {npy_bytes("<f2", "(2, 2)", "abcdefgh"),
          archive_of({{"w.npy", kArray}, {"b.npy", kArray, true}}, "c").bytes,
          with_zip64(archive_of({{"w.npy", kArray, true}}), 1),
          support::safetensors_bytes(
              R"({"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
              R"("b":{"dtype":"I8","shape":[2],"data_offsets":[8,10]}} )",
              "abcdefghij")};
}

TEST(DamagedTensorFile, IsRefusedWhereverItIsCutOff) {
  for (const std::string& bytes : small_files()) {
    ASSERT_THAT(error_of(bytes), IsEmpty());
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_NE(error_of(bytes.substr(0, size)), "") << size;
  }
}

TEST(DamagedTensorFile, ChangedInOneByteIsReadOrRefusedInOneSentence) {
  for (const std::string& bytes : small_files()) {
    int accepted = 0, refused = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at)
      for (int byte = 0; byte < 256; byte += at % 4 == 0 ? 1 : 5) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(byte);
        const std::string error = error_of(changed);
        ++(error.empty() ? accepted : refused);
        EXPECT_LT(error.size(), 400u);
        EXPECT_EQ(std::count_if(error.begin(), error.end(),
                                [](char c) { return static_cast<unsigned char>(c) < 32; }),
                  0)
            << error;
      }
    EXPECT_GT(accepted, 100);
    EXPECT_GT(refused, 1000);
  }
}

TEST(TensorFile, OfMoreNumbersThanAreReadIsListedButNotRead) {
  // 300 kB are enough for that many zeros; of these the header alone is looked at.
  const std::string header = npy_bytes("|u1", "(300000000,)", "");
  Archive archive = archive_of({{"w.npy", support::deflated(header) + std::string(300'000, 'x')}});
  for (const std::size_t at : {archive.local[0] + 8, archive.central[0] + 10}) {
    archive.set(at, 8, 2);
    archive.set(at + 14, header.size() + 300'000'000, 4);
  }
  const std::string& bytes = archive.bytes;
  const TensorFile file = parsed(bytes);
  std::vector<double> values;
  EXPECT_EQ(file.values(file.tensors()[0], values),
            "has a tensor \"w\" that has 300000000 numbers, more than 250000000");
}

class TensorFileOnDisk : public support::TemporaryFolder {};

TEST_F(TensorFileOnDisk, IsReadOrRefusedWithTheReason) {
  TensorFile tensors;
  EXPECT_THAT(TensorFile::read(file("any.name", kArray), tensors), IsEmpty());
  EXPECT_EQ(tensors.format(), "npy");
  EXPECT_EQ(TensorFile::read((folder_ / "nothing").string(), tensors), "does not exist");
  EXPECT_EQ(TensorFile::read(folder_.string(), tensors), "is a directory");
  EXPECT_EQ(TensorFile::read("/dev/zero", tensors), "is not a regular file");
  EXPECT_EQ(TensorFile::read(file("empty", ""), tensors), "is empty");
  const std::string big = file("big", "1");
  std::filesystem::resize_file(big, kMostTensorFileBytes + 1);  // a hole: takes no room
  EXPECT_EQ(TensorFile::read(big, tensors), "is larger than 4000 MB");
  EXPECT_EQ(tensors.format(), "npy");
}

TEST_F(TensorFileOnDisk, NamesOfAnArchiveAreKnownWithoutReadingIt) {
  const std::string bytes = archive_of({{"w.npy", kArray}, {"b.npy", kArray, true}}, "PK").bytes;
  EXPECT_THAT(zip_names(file("a.npz", bytes)), ElementsAre("w.npy", "b.npy"));
  const std::string padding(3'000'000, 'x');  // only its last bytes are looked at
  EXPECT_THAT(zip_names(file("long.npz", archive_of({{"x", padding}, {"y", kArray}}).bytes)),
              ElementsAre("x", "y"));
  for (const std::string& none : {(folder_ / "nothing").string(), folder_.string(),
                                  std::string("/dev/zero"), file("empty", ""), file("a", "PK")})
    EXPECT_THAT(zip_names(none), IsEmpty());
  for (std::size_t size = 0; size < bytes.size() - 2; ++size)
    zip_names(file("cut.npz", bytes.substr(0, size)));
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const char byte : {'\0', '\x01', '\x7F', '\xFF'}) {
      std::string changed = bytes;
      changed[at] = byte;
      EXPECT_LE(zip_names(file("changed.npz", changed)).size(), 2u);
    }
}

}  // namespace
}  // namespace backflow::io
