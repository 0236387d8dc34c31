// The page that backflow report writes: complete, self-contained, and laid out well by a browser.
#include <regex>
#include <set>

#include "app/figure/catalogue.h"
#include "tests/cli/program_call.h"

namespace backflow::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Report : public InTemporaryFolder {
protected:
  std::string page(std::vector<const char*> options) {
    const std::string file = path("report.html");
    options.insert(options.begin(), {"report", "--force", "--output", file.c_str()});
    const Outcome outcome = backflow(options);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return read(file);
  }
};

TEST_F(Report, HoldsEverythingAndNothingFromElsewhere) {
  const std::string text = page({"--iterations", "30", "--set", "model.hidden=5"});
  for (const figure::FigureInfo& info : figure::catalogue()) {
    if (info.name == "dashboard") continue;  // its parts are there
    if (info.of_gates) continue;             // the vanilla cell has none
    EXPECT_THAT(text, HasSubstr("<figure id=\"" + std::string(info.name) + "\""));
    EXPECT_THAT(text, HasSubstr("id=\"" + std::string(info.name) + "-narrow-"));
  }
  EXPECT_THAT(text,
              AllOf(HasSubstr("class=\"verdict\">gradient "), HasSubstr("after 30 iterations"),
                    HasSubstr("<strong>5</strong></td><td><code>model.hidden=5</code>"),
                    HasSubstr("<td>0.3</td><td><code>training.learning_rate=0.3</code>")));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("://")),
                          Not(HasSubstr("training.momentum"))));
  std::set<std::string> ids;
  const std::regex id(" id=\"([^\"]*)\"");
  for (std::sregex_iterator i(text.begin(), text.end(), id), end; i != end; ++i)
    EXPECT_TRUE(ids.insert((*i)[1]).second) << (*i)[1];
  EXPECT_EQ(text, page({"--iterations", "30", "--set", "model.hidden=5"}));
}

TEST_F(Report, IsOfTheSequenceAndTheStateThatAreChosen) {
  const std::vector<const char*> settings{
      "--set", "model.cell=lstm", "--set", "task.name=first-bit", "--set", "task.steps=6"};
  const std::string usual = page(settings);
  EXPECT_THAT(usual, AllOf(HasSubstr("<figure id=\"gates\""), HasSubstr("sequence 1 of"),
                           Not(HasSubstr("sequence 2 of"))));
  std::vector<const char*> options = settings;
  options.insert(options.end(), {"--sequence", "2", "--state", "cell", "--norm", "frobenius"});
  const std::string chosen = page(options);
  EXPECT_THAT(chosen, AllOf(HasSubstr("sequence 2 of"), Not(HasSubstr("sequence 1 of"))));
  EXPECT_NE(chosen, usual);
  expect_refused({"report", "--output", path("new.html").c_str(), "--state", "cell"},
                 "is for model.cell = lstm");
  expect_refused(
      {"report", "--output", path("new.html").c_str(), "--lesson", "gates", "--state", "cell"},
      "changes nothing in its handout");
}

TEST_F(Report, HasTheColoursThatAreChosen) {
  const std::string usual = page({});
  EXPECT_EQ(page({"--colors", "diverging"}), usual);
  EXPECT_NE(page({"--colors", "viridis"}), usual);
}

TEST_F(Report, WithoutIterationsAndWithDivergence) {
  EXPECT_THAT(page({}),
              AllOf(HasSubstr("after 0 iterations"), Not(HasSubstr("figure id=\"loss\""))));
  EXPECT_THAT(page({"--iterations", "200", "--set", "task.name=first-bit", "--set",
                    "model.activation=relu", "--set", "training.learning_rate=100", "--set",
                    "training.clip.mode=none", "--set", "model.readout=identity", "--set",
                    "model.spectral_radius=1.5", "--set", "task.steps=60"}),
              HasSubstr("Training stopped at iteration"));
}

TEST_F(Report, BadDestinationsAreOneSentence) {
  expect_refused({"report"}, "report needs --output");
  expect_refused({"report", "--output", "a.pdf"}, "does not end in .html");
  expect_refused({"report", "--output", "/no/such/place/a.html"}, "there is no directory");
  page({});
  expect_refused({"report", "--output", path("report.html").c_str()}, "--force overwrites");
}

// A page around it, whose script measures the report in frames as wide as a phone and as a screen.
std::string measuring(const std::string& report) {
  const std::string quoted = std::regex_replace(
      std::regex_replace(report, std::regex("&"), "&amp;"), std::regex("\""), "&quot;");
  std::string page = "<!DOCTYPE html><meta charset=utf-8><title>measuring</title><body>";
  for (const char* width : {"360", "1300"})
    page +=
        "<iframe width=" + std::string(width) + " height=900 srcdoc=\"" + quoted + "\"></iframe>";
  return page + R"(<pre id=result></pre><script>
onload = () => {
  let text = '';
  for (const frame of document.querySelectorAll('iframe')) {
    const page = frame.contentDocument;
    const shown = [...page.querySelectorAll('svg')].filter(svg => svg.getBoundingClientRect().width > 0);
    const letters = Math.min(...shown.map(svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width));
    text += `width ${frame.width} content ${page.documentElement.scrollWidth} figures ${shown.length} ` +
            `letters ${letters > 0.85} columns ${new Set(shown.map(svg =>
              Math.round(svg.closest('figure').getBoundingClientRect().left))).size};`;
  }
  document.getElementById('result').textContent = text;
};
</script>)";
}

TEST_F(Report, ABrowserShowsItOnPhonesAndOnScreens) {
  const std::string file = path("measuring.html");
  std::ofstream(file) << measuring(page({"--iterations", "30"}));
  const std::string dom = output_of(
      "chromium --headless --no-sandbox --disable-gpu --dump-dom "
      "--user-data-dir=" +
      path("profile") + " file://" + file + " 2>/dev/null");
  // All but the dashboard, and the gates, which the vanilla cell does not have.
  const std::string count = std::to_string(figure::catalogue().size() - 2);
  // The scroll bar takes 15 pixels of each frame.
  EXPECT_THAT(dom,
              HasSubstr("width 360 content 345 figures " + count + " letters true columns 1;"));
  EXPECT_THAT(dom,
              HasSubstr("width 1300 content 1285 figures " + count + " letters true columns 2;"));
}

}  // namespace
}  // namespace backflow::cli
