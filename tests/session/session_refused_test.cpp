// What is no session, or a damaged one, is refused with one sentence that says where.
#include <string>
#include <string_view>

#include <gmock/gmock.h>

#include "app/session/session_file.h"
#include "tests/session/compared.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Damage {
  const char *what, *with, *sentence;
};

TEST(SessionRefused, WhatIsWrongIsOneSentenceWithItsPlace) {
  Comparison networks(support::configured({"model.hidden=2", "training.optimizer=momentum"}));
  iterate(networks, 2);
  const std::string text = session_text(networks.saved());
  const Damage damages[] = {
      {"backflow session", "backflow picture", "is no session of Backflow: it does not say"},
      {"\"format_version\": 1", "\"format_version\": 2",
       "has format_version 2 and was saved by a newer Backflow; this one opens sessions up to "
       "format_version 1"},
      {"\"format_version\": 1", "\"format_version\": 0", "format_version is no whole number"},
      {"\"speed_limit\": 0", "\"speed_limit\": -1", "cannot be opened: speed_limit is not from 0"},
      {"\"speed_limit\": 0", "\"speed_limit\": \"nan\"", "speed_limit is not from 0"},
      {"\"notes\": \"\"", "\"notes\": 1", "cannot be opened: notes is no text"},
      {"\"notes\"", "\"nodes\"",
       "cannot be opened: it has the member \"nodes\", which this format_version does"},
      {"\"task.noise\"", "\"task.nois\"",
       "cannot be opened: networks[0].config has the key \"task.nois\", which this version"},
      {"\"model.hidden\": 2", "\"model.hidden\": 0",
       "networks[0].config does not hold: model.hidden = \"0\" is out of range"},
      {"\"model.hidden\": 2", "\"model.hidden\": 3",
       "networks[0].weights.W_xh has 2 rows, but its configuration needs 3"},
      {"\"model.hidden\": 2", "\"model.hidden\": true", "model.hidden is neither a number nor"},
      {"\"model.readout\": \"auto\"", "\"model.readout\": \"identity\"", ""},
      {"\"model.loss\": \"auto\"", "\"model.loss\": \"categorical-cross-entropy\"",
       "networks[0].config does not hold: model.loss = "},
      {"\"iteration\": 2", "\"iteration\": 3",
       "networks[0].curves.loss has 2 values, but the number of iterations needs 3"},
      {"\"iteration\": 2", "\"iteration\": 99999999999", "networks[0].iteration is more than"},
      {"\"iteration\": 2", "\"iteration\": -1", "networks[0].iteration is no whole number"},
      {"\"every\": 1", "\"every\": 2", "networks[0].curves.every is not 1, as it is for 2"},
      {"\"updates\": 2", "\"updates\": 0", "optimizer.first is not null"},
      {"\"kind\": \"momentum\"", "\"kind\": \"sgd\"", "optimizer.first is not null"},
      {"\"kind\": \"momentum\"", "\"kind\": \"adam\"", "optimizer.second is no object"},
      {"\"kind\": \"momentum\"", "\"kind\": \"newton\"", "optimizer.kind is no optimiser"},
      {"\"divergence\": null", "\"divergence\": 4", "networks[0].divergence is no object"},
      {"\"W_hh\"", "\"W_h\"", "networks[0].weights has the member \"W_h\""},
      {"\"layout\": null", "\"layout\": null, \"layout\": {}", "has the key \"layout\" twice"},
      {"\"files\": []", "\"files\": {}", "files is no array"},
      {"\"files\": []", "\"files\": [{\"path\": \"a\", \"bytes\": 1, \"crc32\": \"0\"}]",
       "files[0].crc32 is not eight hexadecimal digits"},
      {"}\n", "", "is not valid JSON in line"}};
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.with);
    std::string damaged = text;
    const std::size_t at =
        *damage.with == '\0' ? damaged.rfind(damage.what) : damaged.find(damage.what);
    ASSERT_NE(at, std::string::npos) << damage.what;
    damaged.replace(at, std::string(damage.what).size(), damage.with);
    SavedSession read;
    read.speed_limit = 77.0;
    const std::string error = parse_session(damaged, read);
    EXPECT_THAT(error, HasSubstr(damage.sentence));
    EXPECT_THAT(error, Not(HasSubstr("\n")));
    EXPECT_EQ(read.speed_limit == 77.0, !error.empty());
    EXPECT_EQ(error.empty(), *damage.sentence == '\0');
  }
}

TEST(SessionRefused, NamesTheEntryThatIsNoNumber) {
  SavedSession saved = Comparison(support::configured({"model.hidden=2"})).saved();
  saved.networks[0].state.setup.model.parameters.W_hh(1, 0) = 0.123456;
  std::string text = session_text(saved), error;
  text.replace(text.find("0.123456"), 8, "\"many\"");
  SavedSession read;
  EXPECT_EQ(parse_session(text, read),
            "cannot be opened: networks[0].weights.W_hh[1][0] is no number");
}

TEST(SessionRefused, WhatIsCutOffAnywhereIsRefused) {
  const std::string text =
      session_text(Comparison(support::configured({"model.hidden=1"})).saved());
  for (std::size_t length = 0; length + 1 < text.size(); length += 7) {
    SavedSession read;
    EXPECT_NE(parse_session(std::string_view(text).substr(0, length), read), "") << length;
  }
}

}  // namespace
}  // namespace backflow::session
