#include "core/io/atomic_write.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

namespace backflow::io {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class AtomicWrite : public support::TemporaryFolder {
protected:
  std::string path(const char* name) const { return (folder_ / name).string(); }
  auto entries() const { return std::distance(fs::directory_iterator(folder_), {}); }
  static std::string read(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static void put(const std::string& file, std::string_view text) {
    std::ofstream(file, std::ios::binary) << text;
  }
  static mode_t mode_of(const std::string& file) {
    struct stat status {};
    EXPECT_EQ(::stat(file.c_str(), &status), 0);
    return status.st_mode & 07777;
  }
};

TEST_F(AtomicWrite, WritesAndReplaces) {
  const std::string file = path("a.svg");
  const std::string bytes("one\0two\n", 8);
  EXPECT_EQ(write_file_atomically(file, bytes), "");
  EXPECT_EQ(read(file), bytes);
  EXPECT_EQ(write_file_atomically(file, ""), "");
  EXPECT_EQ(read(file), "");
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicWrite, WritesInTheCurrentDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const std::string error = write_file_atomically("plain.txt", "x");
  fs::current_path(before);
  EXPECT_EQ(error, "");
  EXPECT_EQ(read(path("plain.txt")), "x");
}

TEST_F(AtomicWrite, AFileWithTheLongestNameIsWritten) {
  const std::string file = path(std::string(255, 'n').c_str());
  EXPECT_EQ(write_file_atomically(file, "x"), "");
  EXPECT_EQ(read(file), "x");
  const std::string longer = path(std::string(256, 'n').c_str());
  EXPECT_THAT(write_file_atomically(longer, "x"), HasSubstr("could not be written"));
}

TEST_F(AtomicWrite, AReaderKeepsTheOldContents) {
  const std::string file = path("a");
  put(file, "old");
  std::ifstream reader(file);
  EXPECT_EQ(write_file_atomically(file, "new and longer"), "");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "old");
}

TEST_F(AtomicWrite, PermissionsAreTheOldOnesOrTheUsualOnes) {
  const std::string old = path("old"), fresh = path("fresh");
  put(old, "x");
  ASSERT_EQ(::chmod(old.c_str(), 0604), 0);
  const mode_t before = ::umask(027);
  const std::string errors = write_file_atomically(old, "y") + write_file_atomically(fresh, "y");
  ::umask(before);
  EXPECT_EQ(errors, "");
  EXPECT_EQ(mode_of(old), 0604u);
  EXPECT_EQ(mode_of(fresh), 0640u);
}

TEST_F(AtomicWrite, ASymbolicLinkStaysOne) {
  put(path("target"), "old");
  fs::create_symlink("target", path("link"));
  fs::create_symlink("missing", path("dangling"));
  EXPECT_EQ(write_file_atomically(path("link"), "new"), "");
  EXPECT_EQ(write_file_atomically(path("dangling"), "made"), "");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(read(path("target")), "new");
  EXPECT_EQ(read(path("missing")), "made");
}

TEST_F(AtomicWrite, LinksInACircleAreAnError) {
  fs::create_symlink("b", path("a"));
  fs::create_symlink("a", path("b"));
  EXPECT_THAT(write_file_atomically(path("a"), "x"),
              AllOf(HasSubstr(path("a")), HasSubstr("symbolic links")));
}

TEST_F(AtomicWrite, AMissingDirectoryIsNamed) {
  const std::string file = path("no/such/a.svg");
  EXPECT_EQ(write_file_atomically(file, "x"),
            file + " could not be written: there is no directory " + path("no/such"));
  EXPECT_EQ(entries(), 0);
}

TEST_F(AtomicWrite, AFileIsNoDirectory) {
  put(path("file"), "kept");
  const std::string file = path("file/a.svg");
  EXPECT_THAT(write_file_atomically(file, "x"), AllOf(HasSubstr(file), HasSubstr("irectory")));
  EXPECT_EQ(read(path("file")), "kept");
}

TEST_F(AtomicWrite, ADirectoryIsNoFile) {
  fs::create_directory(path("d.svg"));
  EXPECT_EQ(write_file_atomically(path("d.svg"), "x"), path("d.svg") + " is a directory");
  EXPECT_EQ(write_file_atomically(path("d.svg/"), "x"), path("d.svg/") + " is a directory");
  EXPECT_NE(write_file_atomically(path("missing/"), "x"), "");
  EXPECT_NE(write_file_atomically("", "x"), "");
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicWrite, WithoutPermissionNothingChanges) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  put(path("a"), "kept");
  ASSERT_EQ(::chmod(path("a").c_str(), 0444), 0);
  EXPECT_THAT(write_file_atomically(path("a"), "x"),
              AllOf(HasSubstr(path("a")), HasSubstr("Permission denied")));
  ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
  EXPECT_THAT(write_file_atomically(path("b"), "x"),
              AllOf(HasSubstr(path("b")), HasSubstr("Permission denied")));
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  EXPECT_EQ(read(path("a")), "kept");
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicWrite, AWriteThatBreaksOffLeavesTheOldFileAndNothingElse) {
  put(path("a"), "kept");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 1000;  // stands in for a disk that fills up half-way
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string replaced = write_file_atomically(path("a"), std::string(5000, 'x'));
  const std::string created = write_file_atomically(path("b"), std::string(5000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(replaced, path("a") + " could not be written: File too large");
  EXPECT_EQ(created, path("b") + " could not be written: File too large");
  EXPECT_EQ(read(path("a")), "kept");
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicWrite, OnlyTemporaryFilesThatNobodyWritesAreRemoved) {
  put(path(".backflow-tmp-abcdef"), "left behind");
  put(path(".backflow-tmp-other.txt"), "kept");
  put(path(".backflow-config"), "kept");  // somebody's own
  put(path("backflow-abcdef"), "kept");
  fs::create_symlink("backflow-abcdef", path(".backflow-tmp-linked"));
  ASSERT_EQ(::mkfifo(path(".backflow-tmp-fifofi").c_str(), 0600), 0);
  put(path(".backflow-tmp-locked"), "being written");
  const int writer = ::open(path(".backflow-tmp-locked").c_str(), O_RDONLY);
  ASSERT_EQ(::flock(writer, LOCK_EX), 0);
  remove_stale_temporaries(folder_.string());
  EXPECT_FALSE(fs::exists(path(".backflow-tmp-abcdef")));
  EXPECT_EQ(entries(), 6);
  ::close(writer);
  remove_stale_temporaries(folder_.string());
  EXPECT_FALSE(fs::exists(path(".backflow-tmp-locked")));
  EXPECT_EQ(entries(), 5);
  remove_stale_temporaries(path("missing"));  // nothing to do
}

TEST_F(AtomicWrite, DevicesAreWrittenDirectly) {
  EXPECT_EQ(write_file_atomically("/dev/null", "x"), "");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  if (!fs::exists("/dev/full")) return;
  EXPECT_EQ(write_file_atomically("/dev/full", "x"),
            "/dev/full could not be written: No space left on device");
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

}  // namespace
}  // namespace backflow::io
