// Opening networks and data at the window: what a file is taken for, and what the session does
// then.
#include "app/session/open_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/comparison.h"
#include "core/config/keys.h"
#include "core/io/safetensors.h"
#include "tests/support/configured.h"
#include "tests/support/temporary_folder.h"

namespace backflow::session {
namespace {

using support::configured;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using OpenFile = support::TemporaryFolder;

std::string model_file(const std::string& name) {
  return BACKFLOW_SOURCE_DIR "/tests/golden/models/" + name;
}

// A file with a small network for each of those prefixes.
std::string networks_bytes(const std::vector<std::string>& prefixes) {
  const std::vector<double> ones(16, 0.5);
  std::vector<io::NamedTensor> tensors;
  for (const std::string& prefix : prefixes)
    for (const char* part : {"weight_ih_l0", "weight_hh_l0"})
      tensors.push_back({prefix + part, {4, 4}, ones});
  return io::safetensors_bytes(tensors, io::NumberType::float32);
}

TEST_F(OpenFile, IsKnownByWhatIsInIt) {
  SetKey command;
  const auto key_for = [&](const std::string& path) {
    EXPECT_EQ(command_to_open(path, {}, command), "");
    EXPECT_EQ(command.value, path);
    return command.name;
  };
  EXPECT_EQ(key_for(model_file("lstm-1-float32.safetensors")), "model.file");
  EXPECT_EQ(key_for(model_file("x.npy")), "task.file");
  EXPECT_EQ(key_for(file("A.SafeTensors", networks_bytes({"rnn."}))), "model.file");
  EXPECT_EQ(key_for(file("a.csv", "x,y\n1,2\n")), "task.file");
  EXPECT_EQ(key_for(file("a.txt", "hello")), "task.file");
  EXPECT_THAT(command_to_open(file("b.csv", "x,y\n1,?\n"), {}, command), HasSubstr("in line 2"));
  EXPECT_EQ(command_to_open(file("none", "") + "x", {}, command), "does not exist");
}

TEST_F(OpenFile, ANetworkComesWithInputsAndNothingToTrainFor) {
  Session session{configured({"task.name=adding", "task.steps=33"})};
  session.execute(SetKey{"model.file", model_file("gru-2-float64.safetensors")});
  session.refresh();
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
  EXPECT_EQ(session.record()->model.cell, model::CellKind::gru);
  EXPECT_EQ(session.record()->batch.targets.count(), 0);
  session.execute(session::Run{});
  EXPECT_THAT(session.snapshot().refusal, HasSubstr("nothing to train for"));
  EXPECT_FALSE(session.wants_to_iterate());
  session.execute(StepOnce{});
  EXPECT_FALSE(session.wants_to_iterate());

  session.execute(SetKey{"task.file", model_file("x.npy")});
  session.execute(SetKey{"task.targets", model_file("y.npy")});
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
  session.refresh();
  session.execute(session::Run{});
  const double before = session.record()->trace.loss;
  for (int i = 0; i < 50; ++i) session.iterate();
  EXPECT_EQ(session.iteration(), 50u);
  EXPECT_LT(session.record()->trace.loss, 0.9 * before);

  session.execute(Undo{});
  session.execute(Undo{});
  session.execute(Undo{});
  session.refresh();
  EXPECT_EQ(session.config().task.kind, training::TaskKind::adding);
  EXPECT_EQ(session.config().task.steps, 33);
}

TEST_F(OpenFile, ABadFileLeavesEverythingAsItWas) {
  Session session{configured({"task.name=adding"})};
  const auto record = session.record();
  for (const std::string& path :
       {file("a.safetensors", "nonsense"), model_file("x.npy"), std::string("/no/such")}) {
    session.execute(SetKey{"model.file", path});
    EXPECT_THAT(session.snapshot().refusal, HasSubstr(path));
    session.refresh();
    EXPECT_EQ(session.record(), record);
  }
}

// What was chosen in one file is not looked for in the next.
TEST_F(OpenFile, OfSeveralNetworksTheFirstIsShown) {
  const std::string two = file("two.safetensors", networks_bytes({"encoder.", "decoder."}));
  Session session{configured({})};
  session.execute(SetKey{"model.file", two});
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
  EXPECT_EQ(session.config().model.file.stored->prefix, "encoder.");
  EXPECT_EQ(session.config().model.file.choice.prefix, "encoder");
  EXPECT_THAT(session.config().model.file.stored->notes.front(), HasSubstr("\"decoder\""));
  session.execute(SetKey{"model.prefix", "decoder"});
  EXPECT_EQ(session.config().model.file.stored->prefix, "decoder.");
  session.execute(SetKey{"model.prefix", "other"});
  EXPECT_THAT(session.snapshot().refusal, HasSubstr("no recurrent network \"other\""));
  session.execute(SetKey{"model.file", model_file("rnn-tanh-2-float32.safetensors")});
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
  EXPECT_EQ(session.config().model.file.stored->prefix, "rnn.");
  EXPECT_EQ(session.config().model.file.choice.prefix, "");
}

// The configuration says which network it is, also of one without a prefix: set again, it is it.
TEST_F(OpenFile, TheFirstOfSeveralIsNamedByTheConfiguration) {
  const std::string two = file("two.safetensors", networks_bytes({"", "decoder."}));
  Session session{configured({})};
  session.execute(SetKey{"model.file", two});
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
  EXPECT_EQ(session.config().model.file.stored->prefix, "");
  EXPECT_EQ(session.config().model.file.choice.prefix, ".");
  config::Config again;
  ASSERT_EQ(config::set_key(again, "model.file", two), "");
  EXPECT_THAT(config::validate(again), HasSubstr("several recurrent networks: \".\", \"decoder\""));
  ASSERT_EQ(config::set_key(again, "model.prefix", "."), "");
  ASSERT_NE(again.model.file.stored, nullptr);
  EXPECT_EQ(again.model.file.stored->prefix, "");
}

TEST_F(OpenFile, TwoComparedNetworksKeepTheSameTask) {
  Comparison networks(configured({}));
  networks.execute(StartComparison{});
  networks.execute(SetKey{"model.file", model_file("lstm-1-float64.safetensors")});
  EXPECT_THAT(networks.snapshot({}).refusal, HasSubstr("compared on the same task"));
  networks.execute(EndComparison{});
  networks.execute(SetKey{"task.file", model_file("x.npy")});
  networks.execute(StartComparison{});
  networks.execute(SetKey{"model.file", model_file("lstm-1-float64.safetensors")});
  networks.execute(on_b(SetKey{"model.file", model_file("gru-1-float64.safetensors")}));
  networks.refresh();
  const Snapshot snapshot = networks.snapshot({});
  EXPECT_THAT(snapshot.refusal, IsEmpty());
  EXPECT_EQ(snapshot.record->model.cell, model::CellKind::lstm);
  ASSERT_NE(snapshot.other, nullptr);
  EXPECT_EQ(snapshot.other->record->model.cell, model::CellKind::gru);
  EXPECT_EQ(snapshot.record->batch.inputs.data(), snapshot.other->record->batch.inputs.data());
}

}  // namespace
}  // namespace backflow::session
