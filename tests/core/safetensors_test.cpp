// Safetensors: every way in which a header can be wrong, with its sentence; what is written is what
// the format's description says, as another reader finds too.
#include "core/io/safetensors.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/model/random.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tensor_bytes.h"

namespace backflow::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string error_of(const std::string& header, std::size_t data_bytes = 0) {
  TensorFile file;
  return TensorFile::parse(support::safetensors_bytes(header, std::string(data_bytes, 'x')), file);
}

// A header with the one tensor "w".
std::string w(const std::string& type, const std::string& shape, const std::string& offsets) {
  return R"({"w":{"dtype":)" + type + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets +
         "}}";
}

TEST(Safetensors, HeaderMustFitTheFile) {
  TensorFile file;
  EXPECT_EQ(TensorFile::parse(support::little_endian(3, 8) + "{}", file),
            "is a safetensors file with a header of 3 bytes, of which it has 2");
  for (const std::uint64_t length : {std::uint64_t{1} << 62, ~std::uint64_t{0}})
    EXPECT_EQ(TensorFile::parse(support::little_endian(length, 8) + "{}", file),
              "is a safetensors file with a header of " + std::to_string(length) +
                  " bytes, of which it has 2");
  const std::string large = "{" + std::string(100'000'001, ' ');
  EXPECT_EQ(TensorFile::parse(support::little_endian(100'000'001, 8) + large, file),
            "is a safetensors file with a header of 100000001 bytes, which is more than 100000000");
  EXPECT_THAT(error_of("{}"), IsEmpty());
  EXPECT_THAT(error_of("{}     "), IsEmpty());
  EXPECT_EQ(error_of("{}", 3), "has 3 bytes after its last tensor");
}

TEST(Safetensors, HeaderMustBeStrictJson) {
  EXPECT_EQ(
      error_of("{\"w\": }"),
      "has a header that is not valid JSON in line 1, column 7: unexpected '}'; expected '[', "
      "'{', or a literal");
  EXPECT_EQ(error_of(R"({"w":1,"w":2})"),
            "has a header that has the key \"w\" twice, again in line 1, column 8");
  EXPECT_EQ(error_of(R"({"w":{"dtype":"U8","dtype":"U8"}})"),
            "has a header that has the key \"dtype\" twice, again in line 1, column 20");
  EXPECT_EQ(error_of(R"({"w":{"shape":[[[1]]]}})"),
            "has a header that is nested deeper than 3 levels in line 1, column 16");
  EXPECT_THAT(error_of("{\"\xFF\":1}"), HasSubstr("has a header that is not valid JSON"));
  EXPECT_THAT(error_of("{}{}"), HasSubstr("expected end of input"));
  EXPECT_THAT(error_of(std::string("{}\0", 3)), HasSubstr("it has a byte 0"));
}

TEST(Safetensors, TensorsAreRefusedWithNameAndReason) {
  const std::string named = "has a tensor \"w\" that ";
  EXPECT_THAT(error_of(w("\"F32\"", "[2,2]", "[0,16]"), 16), IsEmpty());
  EXPECT_THAT(error_of(w("\"F64\"", "[]", "[0,8]"), 8), IsEmpty());
  EXPECT_THAT(error_of(w("\"F32\"", "[2,0]", "[0,0]")), IsEmpty());
  EXPECT_EQ(error_of(R"({"w":3})"), named + "is '3', not an object");
  EXPECT_EQ(error_of(R"({"w":{}})"), named + "has no dtype");
  EXPECT_EQ(error_of(R"({"w":{"dtype":"F32","shape":[1]}})"), named + "has no data_offsets");
  EXPECT_EQ(error_of(R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"a":0}})", 1),
            named + "has \"a\", which the format does not know");
  EXPECT_EQ(error_of(w("8", "[1]", "[0,1]")), named + "has the type '8', which is no string");
  for (const char* type : {"F8_E4M3", "F8_E5M2", "C64", "F4", "f32", ""})
    EXPECT_EQ(
        error_of(w("\"" + std::string(type) + "\"", "[1]", "[0,1]"), 1),
        named + "has the type \"" + type +
            "\", which is none of those that are read: F16, BF16, F32, F64, I8, I16, I32, I64, "
            "U8, U16, U32, U64, BOOL");
  EXPECT_EQ(error_of(w("\"U8\"", "3", "[0,3]"), 3),
            named + "has the shape '3', which is no list of up to 64 lengths");
  std::string many = "[1";
  for (int i = 0; i < 64; ++i) many += ",1";
  EXPECT_THAT(error_of(w("\"U8\"", many + "]", "[0,1]"), 1),
              HasSubstr("no list of up to 64 lengths"));
  for (const char* length : {"-1", "1.0", "1e0", "\"1\"", "null", "true", "18446744073709551616"})
    EXPECT_THAT(error_of(w("\"U8\"", "[" + std::string(length) + "]", "[0,1]"), 1),
                ::testing::StartsWith(named + "has the length '"))
        << length;
  for (const char* offsets : {"[0]", "[0,1,1]", "0", "{}", "[-1,0]", "[0,1.0]", "[null,1]"})
    EXPECT_THAT(error_of(w("\"U8\"", "[1]", offsets), 1),
                ::testing::AllOf(HasSubstr(named + "has the data_offsets '"),
                                 HasSubstr("which are not two places")))
        << offsets;
  // Products that are 0 or 8 in 64 bits.
  for (const char* shape :
       {"[4294967296,4294967296]", "[9223372036854775809,8]", "[18446744073709551615]",
        "[0,18446744073709551615,2]", "[4611686018427387904,0]"})
    EXPECT_THAT(error_of(w("\"F64\"", shape, "[0,8]"), 8), HasSubstr("which no file can hold"))
        << shape;
  EXPECT_EQ(error_of(w("\"F32\"", "[1]", "[4,0]"), 4),
            named + "has the data_offsets [4, 0], which are reversed");
  EXPECT_EQ(error_of(w("\"F32\"", "[2]", "[0,8]"), 4),
            named + "has the data_offsets [0, 8], beyond the 4 bytes of data");
  EXPECT_EQ(error_of(w("\"F32\"", "[1]", "[18446744073709551612,18446744073709551615]"), 4),
            named +
                "has the data_offsets [18446744073709551612, 18446744073709551615], beyond the 4 "
                "bytes of data");
  EXPECT_EQ(error_of(w("\"F32\"", "[3]", "[0,8]"), 8),
            named + "has the data_offsets [0, 8] of 8 bytes, but its shape (3,) of F32 needs 12");
  EXPECT_EQ(error_of(w("\"F16\"", "[0,3]", "[0,2]"), 2),
            named + "has the data_offsets [0, 2] of 2 bytes, but its shape (0, 3) of F16 needs 0");
}

TEST(Safetensors, TensorsLieSideBySideWithoutGaps) {
  const auto two = [](const std::string& a, const std::string& b, std::size_t data) {
    return error_of(R"({"b":{"dtype":"U8","shape":[2],"data_offsets":)" + b +
                        R"(},"a":{"dtype":"U8","shape":[2],"data_offsets":)" + a + "}}",
                    data);
  };
  EXPECT_THAT(two("[0,2]", "[2,4]", 4), IsEmpty());
  EXPECT_THAT(two("[2,4]", "[0,2]", 4), IsEmpty());
  EXPECT_EQ(two("[0,2]", "[1,3]", 3),
            "has a tensor \"b\" that overlaps with the one before it by 1 byte");
  EXPECT_EQ(two("[0,2]", "[0,2]", 2),
            "has a tensor \"b\" that overlaps with the one before it by 2 bytes");
  EXPECT_EQ(two("[0,2]", "[5,7]", 7), "has a tensor \"b\" that leaves a gap of 3 bytes before it");
  EXPECT_EQ(two("[1,3]", "[3,5]", 5), "has a tensor \"a\" that leaves a gap of 1 byte before it");
  EXPECT_EQ(two("[0,2]", "[2,4]", 5), "has 1 byte after its last tensor");
}

TEST(Safetensors, TensorsComeInTheFilesOrderAtAnyAlignment) {
  TensorFile file;
  ASSERT_THAT(
      TensorFile::parse(support::safetensors_bytes(
                            R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[1,9]},)"
                            R"("z":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},)"
                            R"("e":{"dtype":"F32","shape":[0],"data_offsets":[9,9]},)"
                            R"("n":{"dtype":"F32","shape":[0],"data_offsets":[1,1]}})",
                            "\xFE" + support::little_endian(std::bit_cast<std::uint64_t>(0.1), 8)),
                        file),
      IsEmpty());
  std::vector<std::string> names;
  for (const TensorInfo& tensor : file.tensors()) names.push_back(tensor.name);
  EXPECT_THAT(names, ElementsAre("z", "n", "a", "e"));
  std::vector<double> values;
  EXPECT_THAT(file.values(*file.find("a"), values), IsEmpty());
  EXPECT_THAT(values, ElementsAre(0.1));
  EXPECT_THAT(file.values(*file.find("z"), values), IsEmpty());
  EXPECT_THAT(values, ElementsAre(-2.0));
  EXPECT_THAT(file.values(*file.find("n"), values), IsEmpty());
  EXPECT_THAT(values, IsEmpty());
}

TEST(Safetensors, MetadataAreStrings) {
  EXPECT_EQ(error_of(R"({"__metadata__":[]})"),
            "has a header whose __metadata__ is '[]', but must be an object");
  EXPECT_EQ(error_of(R"({"__metadata__":{"a":"b","n":1}})"),
            "has a header whose __metadata__ has \"n\" = '1', but must have strings");
  EXPECT_THAT(error_of(R"({"__metadata__":{}})"), IsEmpty());
}

// --- writing -------------------------------------------------------------------------------------

struct Written {
  std::vector<std::vector<double>> values;
  std::vector<NamedTensor> tensors;
};

Written some_tensors() {
  Written written;
  model::Random random(2);
  for (const std::size_t count : {6u, 1u, 0u, 3u}) {
    std::vector<double>& values = written.values.emplace_back();
    for (std::size_t i = 0; i < count; ++i) values.push_back(random.normal());
  }
  written.values[3] = {-0.0, HUGE_VAL, std::nan("")};
  const std::vector<std::uint64_t> shapes[] = {{2, 3}, {}, {0, 4}, {3}};
  const char* names[] = {"rnn.weight_hh_l0", "größe \"x\"\n", "empty", "a"};
  for (std::size_t i = 0; i < 4; ++i)
    written.tensors.push_back({names[i], shapes[i], written.values[i]});
  return written;
}

TEST(SafetensorsWriter, WhatIsWrittenIsReadToTheLastBit) {
  const Written written = some_tensors();
  const Metadata metadata{{"format", "pt"}, {"by", "Backflow – ∂h"}};
  for (const NumberType type : {NumberType::float32, NumberType::float64}) {
    TensorFile file;
    ASSERT_THAT(TensorFile::parse(safetensors_bytes(written.tensors, type, metadata), file),
                IsEmpty());
    EXPECT_EQ(file.format(), "safetensors");
    EXPECT_THAT(file.metadata(), ElementsAre(metadata[1], metadata[0]));
    ASSERT_EQ(file.tensors().size(), written.tensors.size());
    for (const NamedTensor& expected : written.tensors) {
      const TensorInfo* tensor = file.find(expected.name);
      ASSERT_NE(tensor, nullptr) << expected.name;
      EXPECT_EQ(tensor->type, type);
      EXPECT_EQ(tensor->shape, expected.shape);
      std::vector<double> values;
      ASSERT_THAT(file.values(*tensor, values), IsEmpty());
      ASSERT_EQ(values.size(), expected.values.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        const double wanted = type == NumberType::float64
                                  ? expected.values[i]
                                  : static_cast<double>(static_cast<float>(expected.values[i]));
        EXPECT_EQ(std::bit_cast<std::uint64_t>(values[i]), std::bit_cast<std::uint64_t>(wanted));
      }
    }
  }
}

TEST(SafetensorsWriter, KeepsToTheFormat) {
  const Written written = some_tensors();
  const std::string bytes = safetensors_bytes(written.tensors, NumberType::float32);
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) +
                      static_cast<std::size_t>(static_cast<unsigned char>(bytes[1])) * 256;
  EXPECT_EQ(bytes.substr(2, 6), std::string(6, '\0'));
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(bytes[8], '{');
  EXPECT_EQ(bytes.size(), 8 + length + 4 * 10);
  EXPECT_EQ(bytes.find("__metadata__"), std::string::npos);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header["rnn.weight_hh_l0"].dump(),
            R"({"data_offsets":[0,24],"dtype":"F32","shape":[2,3]})");
  EXPECT_EQ(header["empty"].dump(), R"({"data_offsets":[28,28],"dtype":"F32","shape":[0,4]})");
  EXPECT_EQ(safetensors_bytes({}, NumberType::float64), support::safetensors_bytes("{}      ", ""));
}

class SafetensorsFile : public support::TemporaryFolder {};

TEST_F(SafetensorsFile, IsReadByAnotherReaderToo) {
  const Written written = some_tensors();
  for (const NumberType type : {NumberType::float32, NumberType::float64}) {
    const std::string path =
        file("w.safetensors", safetensors_bytes(written.tensors, type, Metadata{{"format", "pt"}}));
    // The format's description in Python: each tensor's name, shape and numbers in hexadecimal.
    const std::string command =
        "/usr/bin/python3 -c 'import sys, json, struct, numpy\n"
        "b = open(sys.argv[1], \"rb\").read()\n"
        "n, = struct.unpack(\"<Q\", b[:8])\n"
        "header, data, at = json.loads(b[8:8 + n].decode()), b[8 + n:], 0\n"
        "assert n % 8 == 0 and header.pop(\"__metadata__\") == {\"format\": \"pt\"}\n"
        "for name, t in header.items():\n"
        "  begin, end = t[\"data_offsets\"]\n"
        "  assert begin == at and sorted(t) == [\"data_offsets\", \"dtype\", \"shape\"]\n"
        "  at = end\n"
        "  a = numpy.frombuffer(data[begin:end], {\"F32\": \"<f4\", \"F64\": "
        "\"<f8\"}[t[\"dtype\"]])\n"
        "  print(name.encode(\"ascii\", \"replace\").decode().replace(\"\\n\", \"|\"),\n"
        "        a.reshape(t[\"shape\"]).shape, *[v.hex() for v in a.astype(float).tolist()])\n"
        "assert at == len(data)' " +
        path + " 2>&1";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string printed;
    char block[512];
    while (std::fgets(block, sizeof block, pipe) != nullptr) printed += block;
    EXPECT_EQ(::pclose(pipe), 0) << printed;

    std::string expected;
    const char* names[] = {"rnn.weight_hh_l0", "gr?\?e \"x\"|", "empty", "a"};
    for (std::size_t i = 0; i < 4; ++i) {
      expected += names[i] + std::string(" ") + shape_text(written.tensors[i].shape);
      for (const double value : written.values[i]) {
        const double wanted =
            type == NumberType::float64 ? value : static_cast<double>(static_cast<float>(value));
        expected += std::isnan(wanted) ? " nan" : std::isinf(wanted) ? " inf" : "";
        if (!std::isfinite(wanted)) continue;
        char digits[40];
        // As Python writes it: 13 digits after the point.
        std::snprintf(digits, sizeof digits, wanted == 0.0 ? " %.1a" : " %.13a", wanted);
        expected += digits;
      }
      expected += "\n";
    }
    EXPECT_EQ(printed, expected);
  }
}

}  // namespace
}  // namespace backflow::io
