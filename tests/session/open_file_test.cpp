// Opening networks and data at the window: what a file is taken for, and what the session does
// then.
#include "app/session/open_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/comparison.h"
#include "core/config/keys.h"
#include "tests/support/configured.h"
#include "tests/support/networks_bytes.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tensor_bytes.h"

namespace backflow::session {
namespace {

using support::configured;
using support::networks_bytes;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using OpenFile = support::TemporaryFolder;

std::string model_file(const std::string& name) {
  return BACKFLOW_SOURCE_DIR "/tests/golden/models/" + name;
}

// An NPZ file with one number under that name.
std::string npz_of(const std::string& name) {
  const std::string one = support::npy_bytes("<f8", "(1, 1)", std::string(8, '\0'));
  return support::archive_of({{name + ".npy", one}}).bytes;
}

TEST_F(OpenFile, IsKnownByItsName) {
  for (const char* network : {"a.safetensors", "a.Safetensors", "a.pt", "a.pth", "a.bin"})
    EXPECT_EQ(key_to_open(network), "model.file");
  for (const char* data : {"a.npy", "a.csv", "a.txt", "a", "/no/such.npz"})
    EXPECT_EQ(key_to_open(data), "task.file");
  // These may be either.
  EXPECT_EQ(key_to_open(file("data.npz", npz_of("x"))), "task.file");
  EXPECT_EQ(key_to_open(file("network.npz", npz_of("rnn.weight_hh_l0"))), "model.file");
  EXPECT_EQ(key_to_open(file("broken.npz", "PK")), "task.file");
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
    EXPECT_THAT(session.snapshot().refusal, HasSubstr(path + " "));
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

// A refusal goes to who asked for it, and to nobody else.
TEST_F(OpenFile, WhoWaitsIsAnsweredAlone) {
  Comparison networks(configured({}));
  const auto answer_to = [&](const std::string& name, const std::string& value) {
    SetKey command{name, value};
    command.answer = std::make_shared<std::promise<std::string>>();
    networks.execute(command);
    return command.answer->get_future().get();
  };
  EXPECT_EQ(answer_to("task.file", "/no/such"), "/no/such does not exist");
  EXPECT_THAT(answer_to("model.hidden", "0"), StartsWith("model.hidden = "));
  networks.execute(StartComparison{});
  EXPECT_THAT(answer_to("model.file", model_file("lstm-1-float64.safetensors")),
              HasSubstr("compared on the same task"));
  networks.execute(on_b(SetKey{"model.loss", "mse"}));
  EXPECT_EQ(answer_to("task.steps", "17").substr(0, 15), "task.steps = 17");
  EXPECT_EQ(answer_to("training.learning_rate", "0.25"), "");
  SetKey of_b{"model.hidden", "0"};
  of_b.answer = std::make_shared<std::promise<std::string>>();
  networks.execute(on_b(of_b));
  EXPECT_THAT(of_b.answer->get_future().get(), StartsWith("B: model.hidden = "));
  EXPECT_EQ(networks.a().config().training.learning_rate, 0.25);
  EXPECT_EQ(networks.snapshot({}).refusals, 0u);
  EXPECT_THAT(networks.snapshot({}).refusal, IsEmpty());
  networks.execute(SetKey{"task.file", "/no/such"});
  EXPECT_EQ(networks.snapshot({}).refusals, 1u);
}

}  // namespace
}  // namespace backflow::session
