// Opening a file with several networks: the first is shown, and which one is meant is asked.
#include <gtest/gtest.h>

#include "app/ui/files.h"
#include "tests/support/networks_bytes.h"
#include "tests/support/temporary_folder.h"
#include "tests/ui/fake_documents.h"
#include "tests/ui/ui_driver.h"

namespace backflow::ui {
namespace {

class Networks : public support::TemporaryFolder {
protected:
  // Opens such a file as the documents would.
  std::string open(const std::vector<std::string>& prefixes) {
    const std::string path = file("networks.safetensors", support::networks_bytes(prefixes));
    driver_.ui().open_dropped({path});
    driver_.frames(2);
    EXPECT_EQ(documents_.opened.back(), path);
    driver_.session().execute(session::SetKey{"model.file", path});
    documents_.finish("Opened networks.safetensors");
    driver_.frames(3);
    return path;
  }
  std::string prefix() { return driver_.snapshot().config.model.file.stored->prefix; }
  std::string question() { return driver_.ui().files().question(); }

  FakeDocuments documents_;
  bool tour_ = false;
  UiDriver driver_{config::Config{}, 1280, 800, 1.0, Settings{}, tour_, nullptr, &documents_};
};

TEST_F(Networks, OneIsOpenedWithoutAQuestion) {
  open({"rnn."});
  EXPECT_EQ(question(), "");
  EXPECT_EQ(prefix(), "rnn.");
}

TEST_F(Networks, OfSeveralOneIsChosen) {
  open({"encoder.", "decoder."});
  EXPECT_EQ(prefix(), "encoder.");
  ASSERT_EQ(question(), "Which network?");
  driver_.click("Network 2");
  driver_.frames(3);
  EXPECT_EQ(question(), "");
  EXPECT_EQ(prefix(), "decoder.");
  // Nothing is asked again, be the same file read anew.
  driver_.session().execute(session::SetKey{"model.prefix", "encoder"});
  driver_.frames(3);
  EXPECT_EQ(question(), "");
}

TEST_F(Networks, ItIsAskedAlsoWhenTheDataThatCameAlongAreRefused) {
  const std::string data = file("x.npy", "no array");
  const std::string net =
      file("other.safetensors", support::networks_bytes({"encoder.", "decoder."}));
  driver_.ui().open_dropped({data, net});
  driver_.frames(2);
  driver_.session().execute(session::SetKey{"model.file", net});
  documents_.finish("Opened networks.safetensors");
  driver_.frames(3);
  EXPECT_EQ(documents_.opened.back(), data);
  documents_.finish(data + " is no NPY file", true);
  driver_.frames(3);
  EXPECT_EQ(question(), "Which network?");
}

TEST_F(Networks, EnterAndEscapeKeepTheFirst) {
  for (const Key key : {Key::enter, Key::escape}) {
    open({"", "decoder."});
    ASSERT_EQ(question(), "Which network?");
    driver_.press(key);
    driver_.frames(2);
    EXPECT_EQ(question(), "");
    EXPECT_EQ(prefix(), "");
  }
}

TEST_F(Networks, WithoutAPrefixOneCanBeChosenToo) {
  open({"decoder.", ""});
  driver_.click("Network 2");
  driver_.frames(3);
  EXPECT_EQ(prefix(), "");
}

}  // namespace
}  // namespace backflow::ui
