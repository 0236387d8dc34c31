// The key model.init_file: the matrix it brings, what must fit, what it says.
#include <filesystem>
#include <sstream>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/keys.h"
#include "core/model/random.h"
#include "tests/support/configured.h"
#include "tests/support/temporary_folder.h"

namespace backflow::config {
namespace {

using model::Index;
using model::Matrix;
using support::configured;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InitFile : public support::TemporaryFolder {};

std::string csv_of(const Matrix& matrix) {
  const Eigen::IOFormat format(Eigen::StreamPrecision, Eigen::DontAlignCols, ",", "\n");
  std::ostringstream text;
  text.precision(17);  // reads back as the same double
  text << matrix.format(format);
  return text.str();
}

TEST_F(InitFile, IsWhereTheRecurrentWeightsStart) {
  const Matrix all = model::Random(3).normal_matrix(20, 5, 0.4);
  const Matrix one = all.topRows(5);
  const std::string one_file = file("one", csv_of(one)), all_file = file("all", csv_of(all));
  const std::string gru_file = file("gru", csv_of(all.topRows(15)));
  const auto W_hh = [](const std::string& cell, const std::string& path) {
    const Config config = configured(
        {"model.init=file", "model.hidden=5", "model.cell=" + cell, "model.init_file=" + path});
    EXPECT_THAT(validate(config), IsEmpty());
    return make_setup(config).model.parameters.W_hh;
  };
  EXPECT_EQ(W_hh("rnn", one_file), one);
  EXPECT_EQ(W_hh("lstm", all_file), all);
  EXPECT_EQ(W_hh("gru", gru_file), Matrix(all.topRows(15)));
  const Matrix four_times = one.replicate(4, 1);
  EXPECT_EQ(W_hh("lstm", one_file), four_times);
}

TEST_F(InitFile, MustFitTheHiddenUnits) {
  const std::string square = file("square", csv_of(Matrix::Ones(4, 4)));
  const std::string gates = file("gates", csv_of(Matrix::Ones(16, 4)));
  const std::string wide = file("wide", csv_of(Matrix::Ones(2, 3)));
  const std::string large = file("large", csv_of(Matrix::Zero(513, 513)));
  Config config = configured({"model.init=file"});
  EXPECT_EQ(validate(config),
            "model.init = file needs model.init_file, the path of a CSV or NPY file with W_hh");
  const auto validated = [&](const std::string& path, const std::string& cell) {
    config = configured({"model.init=file", "model.init_file=" + path, "model.cell=" + cell});
    return validate(config);
  };
  EXPECT_EQ(validated(square, "rnn"),
            "model.init_file has a matrix of 4 × 4, which does not go with model.hidden = 8 and "
            "model.cell = rnn, where W_hh is 8 × 8; model.hidden = 4 would fit");
  EXPECT_EQ(validated(gates, "lstm"),
            "model.init_file has a matrix of 16 × 4, which does not go with model.hidden = 8 and "
            "model.cell = lstm, where W_hh is 8 × 8 or 32 × 8; model.hidden = 4 would fit");
  EXPECT_THAT(validated(square, "gru"), HasSubstr("8 × 8 or 24 × 8; model.hidden = 4 would fit"));
  for (const auto& [path, cell] :
       {std::pair{gates, "gru"}, {gates, "rnn"}, {wide, "rnn"}, {wide, "lstm"}, {large, "rnn"}})
    EXPECT_THAT(validated(path, cell), HasSubstr("; no model.hidden would fit"));
  // Another initialisation does not look at it.
  EXPECT_THAT(set_key(config, "model.init=identity"), IsEmpty());
  EXPECT_THAT(validate(config), IsEmpty());
}

TEST_F(InitFile, IsRefusedWhereItCannotBeScaled) {
  const auto validated = [&](const Matrix& matrix, const std::string& scale,
                             const std::string& cell = "rnn") {
    const Config config =
        configured({"model.init=file", "model.hidden=3", "model.cell=" + cell,
                    "model.init_scale=" + scale, "model.init_file=" + file("w", csv_of(matrix))});
    return validate(config);
  };
  const Matrix nilpotent{{0, 5, 1}, {0, 0, 2}, {0, 0, 0}};
  // Neither its trace nor that of its square says that ρ is 1.
  const Matrix cycle{{0, 1, 0}, {0, 0, 1}, {1, 0, 0}};
  EXPECT_EQ(validated(nilpotent, "spectral-radius"),
            "model.init_scale = spectral-radius cannot scale the matrix in model.init_file, whose "
            "spectral radius is 0; allowed: auto, none");
  for (const char* scale : {"auto", "none", "singular-value"})
    EXPECT_THAT(validated(nilpotent, scale), IsEmpty()) << scale;
  EXPECT_EQ(validated(Matrix::Zero(3, 3), "singular-value"),
            "model.init_scale = singular-value cannot scale the matrix in model.init_file, whose "
            "largest singular value is 0; allowed: auto, none");
  EXPECT_THAT(validated(cycle, "spectral-radius"), IsEmpty());
  EXPECT_THAT(validated(1e-200 * cycle, "spectral-radius"), IsEmpty());
  Matrix gates(9, 3);
  gates << cycle, nilpotent, cycle;
  EXPECT_THAT(validated(gates, "spectral-radius", "gru"),
              HasSubstr("is 0 in the gate \"update\"; allowed"));
}

TEST_F(InitFile, IsAKeyThatReadsItAtOnce) {
  const Key& key = *find_key("model.init_file");
  EXPECT_EQ(allowed_values(key),
            "the path of a CSV or NPY file with a matrix of finite numbers, up to 100 MB; or "
            "nothing");
  EXPECT_THAT(allowed_values(*find_key("task.file")),
              HasSubstr("a text file in UTF-8, up to 100 MB and 256 different characters; or"));
  Config config = configured({"model.init=file", "model.hidden=2"});
  EXPECT_TRUE(applies(key, config));
  EXPECT_FALSE(applies(key, Config()));
  const std::string path = file("w", "1,2\n3,4\n"), other = file("v", "1,2\n3,5\n");
  ASSERT_THAT(set_key(config, "model.init_file", path), IsEmpty());
  EXPECT_EQ(key.get(config), path);
  EXPECT_THAT(differences_from_default(config), ::testing::Contains("model.init_file=" + path));
  const Config before = config;
  EXPECT_THAT(set_key(config, "model.init_file", file("bad", "1,x\n")),
              AllOf(HasSubstr("model.init_file = \""),
                    HasSubstr("\" has \"x\" in line 1, column 2, which is not a number; allowed: "
                              "the path of a CSV or NPY file")));
  EXPECT_EQ(key.get(config), path);
  EXPECT_EQ(config.model.weights.matrix, before.model.weights.matrix);
  ASSERT_THAT(set_key(config, "model.init_file", other), IsEmpty());
  EXPECT_TRUE(needs_restart(before, config));
  std::filesystem::remove(other);  // not needed any more
  EXPECT_EQ(make_setup(config).model.parameters.W_hh(1, 1), 5.0);
  ASSERT_THAT(set_key(config, "model.init_file", ""), IsEmpty());
  EXPECT_EQ(config.model.weights.matrix, nullptr);
}

}  // namespace
}  // namespace backflow::config
