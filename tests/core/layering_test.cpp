// Who may include whom (CONTRIBUTING.md): reads the #include lines of core/ and app/.
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace backflow {
namespace {

struct Layer {
  std::string folder;                 // "app/figure/"
  std::vector<std::string> includes;  // beginnings of what it may include of ours, besides itself
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> kLayers{
      {"core/kernel/", {}},
      {"core/parallel/", {}},
      {"core/model/", {"core/kernel/", "core/parallel/"}},
      {"core/io/", {"core/model/"}},
      {"core/gradient/", {"core/model/", "core/parallel/"}},
      {"core/lab/", {"core/model/"}},
      {"core/training/", {"core/model/", "core/gradient/", "core/io/", "core/parallel/"}},
      {"core/config/",
       {"core/model/", "core/gradient/", "core/lab/", "core/training/", "core/io/"}},
      {"core/verify/",
       {"core/model/", "core/gradient/", "core/lab/", "core/training/", "core/config/"}},
      {"app/session/", {"core/"}},
      {"app/figure/", {"core/", "app/session/snapshot.h"}},
      {"app/lesson/", {"core/", "app/session/", "app/figure/"}},
      {"app/export/", {"core/", "app/session/snapshot.h", "app/figure/", "app/lesson/"}},
      {"app/ui/", {"core/", "app/session/", "app/figure/", "app/lesson/", "app/export/request.h"}},
      {"app/platform/", {}},
      {"app/cli/", {"core/", "app/"}},
      {"app/main.cpp", {"core/", "app/"}},
  };
  return kLayers;
}

bool begins_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

// The header that a line includes, blanks anywhere; empty for any other line.
std::string included(const std::string& line) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*["<]\s*([^">]*)[">])re");
  std::smatch match;
  return std::regex_search(line, match, kInclude) ? match[1].str() : std::string();
}

bool is_of_threads(const std::string& header) {
  for (const char* name : {"thread", "mutex", "shared_mutex", "condition_variable", "future",
                           "semaphore", "latch", "barrier", "stop_token", "pthread.h"})
    if (header == name) return true;
  return false;
}

// The forbidden includes of a file, each as "line: header".
std::vector<std::string> violations(const std::string& path, std::istream& text) {
  std::vector<std::string> found;
  const Layer* layer = nullptr;
  for (const Layer& candidate : layers())
    if (begins_with(path, candidate.folder)) layer = &candidate;
  if (layer == nullptr) return {path + " belongs to no layer"};
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    const std::string header = included(line);
    // A path that does not start at the root would slip through below.
    bool allowed = !begins_with(header, ".");
    if (begins_with(header, "core/") || begins_with(header, "app/") ||
        begins_with(header, "tests/")) {
      allowed = begins_with(header, layer->folder);
      for (const std::string& prefix : layer->includes)
        allowed = allowed || begins_with(header, prefix);
    }
    const bool graphics =
        header.find("imgui") != std::string::npos || header.find("GLFW") != std::string::npos ||
        header.find("epoxy") != std::string::npos || header.find("cairo") != std::string::npos;
    if (graphics &&
        (begins_with(path, "core/") || begins_with(path, "app/session/") ||
         begins_with(path, "app/figure/")) &&
        !begins_with(header, "app/"))
      allowed = false;
    if (begins_with(path, "core/") && !begins_with(path, "core/parallel/") && is_of_threads(header))
      allowed = false;
    if (begins_with(path, "app/ui/") && (header.find("GLFW") == 0 || header.find("epoxy") == 0))
      allowed = false;
    if (!allowed) found.push_back(path + ":" + std::to_string(number) + ": " + header);
  }
  return found;
}

TEST(Layering, EveryIncludeGoesTheRightWay) {
  const std::filesystem::path top = BACKFLOW_SOURCE_DIR;
  int files = 0;
  for (const char* folder : {"core", "app"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp") continue;
      ++files;
      std::ifstream text(entry.path());
      const std::string path = std::filesystem::relative(entry.path(), top).generic_string();
      for (const std::string& violation : violations(path, text)) ADD_FAILURE() << violation;
    }
  EXPECT_GT(files, 80);
}

TEST(Layering, FindsPlantedViolations) {
  const auto count = [](const std::string& path, const std::string& line) {
    std::istringstream text("// a file\n" + line + "\n");
    return violations(path, text).size();
  };
  EXPECT_EQ(count("core/model/x.h", "#include \"core/gradient/backward.h\""), 1u);
  EXPECT_EQ(count("core/training/x.cpp", "#include \"app/session/session.h\""), 1u);
  EXPECT_EQ(count("core/training/x.cpp", "#include <thread>"), 1u);
  EXPECT_EQ(count("app/figure/x.cpp", "#include \"app/session/session.h\""), 1u);
  EXPECT_EQ(count("app/figure/x.cpp", "#include <imgui.h>"), 1u);
  EXPECT_EQ(count("app/platform/x.cpp", "#include \"app/figure/figure.h\""), 1u);
  EXPECT_EQ(count("app/ui/x.cpp", "#include \"app/platform/window.h\""), 1u);
  EXPECT_EQ(count("app/ui/x.cpp", "#include \"app/export/export.h\""), 1u);
  EXPECT_EQ(count("app/ui/x.cpp", "#include \"app/export/request.h\""), 0u);
  EXPECT_EQ(count("elsewhere/x.cpp", ""), 1u);
  // However it is written, and with no header that all may include.
  EXPECT_EQ(count("core/model/x.h", "  #  include  \"core/config/keys.h\"  // why"), 1u);
  EXPECT_EQ(count("core/model/x.h", "#include\t<app/main.h>"), 1u);
  EXPECT_EQ(count("core/model/x.h", "#include \"../training/trainer.h\""), 1u);
  EXPECT_EQ(count("core/model/x.h", "#include \"app/cli/version.h\""), 1u);
  EXPECT_EQ(count("core/gradient/x.h", "#include <future>"), 1u);
  EXPECT_EQ(count("app/figure/x.h", "#include \"app/export/export.h\""), 1u);
  EXPECT_EQ(count("app/export/x.h", "#include \"app/session/session.h\""), 1u);
  EXPECT_EQ(count("app/session/x.h", "#include \"app/figure/figure.h\""), 1u);
  EXPECT_EQ(count("core/io/x.cpp", "#include \"core/training/trainer.h\""), 1u);
  EXPECT_EQ(count("core/io/x.cpp", "#include \"core/model/types.h\""), 0u);
  EXPECT_EQ(count("app/session/x.h", "#include <thread>"), 0u);
  EXPECT_EQ(count("core/parallel/x.cpp", "#include <thread>"), 0u);
  EXPECT_EQ(count("core/kernel/x.cpp", "#include \"core/model/types.h\""), 1u);
  EXPECT_EQ(count("core/model/x.h", "// #include \"app/main.h\" would be wrong"), 0u);
  EXPECT_EQ(count("app/figure/x.cpp", "#include \"app/session/snapshot.h\""), 0u);
  EXPECT_EQ(count("app/figure/x.cpp", "#include <vector>"), 0u);
}

}  // namespace
}  // namespace backflow
