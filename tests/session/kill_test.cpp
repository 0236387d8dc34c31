// A process that saves is killed at random moments: the file is the old one or the new one, whole,
// and what the killed one left behind goes with the next that saves.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/session/comparison.h"
#include "app/session/session_file.h"
#include "core/io/atomic_write.h"
#include "tests/session/keeping.h"
#include "tests/support/configured.h"
#include "tests/support/temporary_folder.h"

namespace backflow::session {
namespace {

namespace fs = std::filesystem;

std::string text_of(const char* hidden, const std::string& notes) {
  SavedSession saved =
      Comparison(support::configured({std::string("model.hidden=") + hidden})).saved();
  saved.notes.notes = notes;
  return session_text(saved);
}

std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class SavingIsKilled : public support::TemporaryFolder {
protected:
  void SetUp() override {
    TemporaryFolder::SetUp();
    path_ = (folder_ / "lecture.backflow.json").string();
    small_ = text_of("2", "small");
    big_ = text_of("96", "big");
  }
  std::ptrdiff_t left_behind() const {
    return std::distance(fs::directory_iterator(folder_), {}) - 1;
  }
  // Saves one and the other until it is killed. Nothing but system calls and memory that is there:
  // it is a copy of a process that may have threads.
  [[noreturn]] void save_for_ever(int ready) const {
    for (bool big = true;; big = !big) {
      if (!io::write_file_atomically(path_, big ? big_ : small_).empty()) ::_exit(1);
      if (ready >= 0 && ::write(ready, "x", 1) != 1) ::_exit(1);
      ready = -1;
    }
  }
  std::string path_, small_, big_;
};

TEST_F(SavingIsKilled, TheFileIsWholeEveryTime) {
  std::mt19937 random(7);
  std::uniform_int_distribution<useconds_t> moment(0, 8000);
  ASSERT_EQ(io::write_file_atomically(path_, small_), "");
  int old_ones = 0, new_ones = 0;
  std::ptrdiff_t most_left = 0;
  for (int kill = 0; kill < 200; ++kill) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) save_for_ever(pipe_ends[1]);
    ::close(pipe_ends[1]);
    // Half of them in their first writing, the others later.
    char started = 0;
    if (kill % 2 == 1) {
      ASSERT_EQ(::read(pipe_ends[0], &started, 1), 1);
    }
    ::usleep(moment(random));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ::close(pipe_ends[0]);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    const std::string found = read(path_);
    ASSERT_TRUE(found == small_ || found == big_) << "after " << kill << " kills";
    SavedSession saved;
    ASSERT_EQ(parse_session(found, saved), "");
    ++(saved.notes.notes == "big" ? new_ones : old_ones);
    most_left = std::max(most_left, left_behind());
    ASSERT_LE(left_behind(), 1);
    io::remove_stale_temporaries(folder_.string());
    ASSERT_EQ(left_behind(), 0);
  }
  // It was killed at different moments.
  EXPECT_GT(old_ones, 0);
  EXPECT_GT(new_ones, 0);
  EXPECT_EQ(most_left, 1);
}

// Not clean: without destructors, as in a crash.
TEST_F(SavingIsKilled, AnotherProcessRecoversWhatWasKept) {
  const std::string state = (folder_ / "state").string();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Kept crashing(state, std::chrono::milliseconds(5));
    crashing.worker().send(session::Run{});
    while (true) ::pause();
  }
  Kept watching;
  watching.wait_until([&] {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(state, ignored))
      if (entry.path().string().ends_with(kSessionExtension)) return true;
    return false;
  });
  {
    Kept other(state);
    other.after([&] { other.keeper().start_anew(); });
    EXPECT_EQ(other.keeper().state().recovery, "");  // it lives
  }
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  Kept next(state);
  next.wait_until([&] { return !next.keeper().state().recovery.empty(); });
  EXPECT_FALSE(next.after([&] { next.keeper().recover(true); }).failed);
  EXPECT_GT(next.worker().latest()->iteration, 0u);
}

TEST_F(SavingIsKilled, AFullDiskLeavesTheOldFile) {
  ASSERT_EQ(io::write_file_atomically(path_, small_), "");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = before;
  limit.rlim_cur = small_.size() + 1000;  // stands in for a disk that fills up half-way
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::string error = io::write_file_atomically(path_, big_);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(error, path_ + " could not be written: File too large");
  EXPECT_TRUE(read(path_) == small_);
  EXPECT_EQ(left_behind(), 0);
}

}  // namespace
}  // namespace backflow::session
