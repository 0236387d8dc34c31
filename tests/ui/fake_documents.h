// Documents that take everything down and answer when they are told to, and a desktop's dialog that
// does.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/session/documents.h"
#include "app/ui/file_dialogs.h"

namespace backflow::ui {

class FakeDocuments final : public session::Documents {
public:
  void open(const std::string& path) override { opened.push_back(path); }
  void save(const std::string& path, session::DocumentNotes with) override {
    saved.emplace_back(path, std::move(with));
  }
  void save_weights(const std::string& path) override { weights.push_back(path); }
  void keep(session::DocumentNotes with) override { kept.push_back(std::move(with)); }
  void start_anew() override { ++begun; }
  void recover(bool wanted) override {
    recovered.push_back(wanted);
    now.recovery.clear();
  }
  session::DocumentState state() const override { return now; }
  std::optional<session::DocumentNotes> take_opened() override {
    return std::exchange(notes_of_opened, std::nullopt);
  }
  void list(const std::string& directory, bool hidden) override {
    asked.emplace_back(directory, hidden);
    listed = nullptr;
    if (answers) answer();
  }
  std::shared_ptr<const session::DirectoryListing> listing() const override { return listed; }

  /// What lies in the directory asked about last.
  void answer() {
    auto found = std::make_shared<session::DirectoryListing>();
    found->path = asked.back().first;
    if (const auto there = directories.find(found->path); there == directories.end()) {
      found->error = found->path + " cannot be read: No such file or directory";
    } else {
      for (const session::DirectoryEntry& entry : there->second)
        if (asked.back().second || !entry.name.starts_with('.')) found->entries.push_back(entry);
    }
    listed = found;
  }
  void finish(const std::string& message, bool failed = false) {
    now.doing.clear();
    now.message = message;
    now.failed = failed;
    ++now.finished;
  }

  session::DocumentState now;
  std::map<std::string, std::vector<session::DirectoryEntry>> directories;
  bool answers = true;  ///< at once
  std::optional<session::DocumentNotes> notes_of_opened;

  std::vector<std::string> opened, weights;
  std::vector<std::pair<std::string, session::DocumentNotes>> saved;
  std::vector<session::DocumentNotes> kept;
  std::vector<std::pair<std::string, bool>> asked;
  std::vector<bool> recovered;
  int begun = 0;

private:
  std::shared_ptr<const session::DirectoryListing> listed;
};

class FakeDialogs final : public DesktopDialogs {
public:
  bool available() const override { return there; }
  void ask(const FileQuestion& question) override { asked.push_back(question); }
  bool has_answer() override { return next.kind != Answer::Kind::waiting; }
  Answer poll() override { return std::exchange(next, Answer()); }
  void cancel() override { ++cancels; }

  bool there = true;
  Answer next;
  std::vector<FileQuestion> asked;
  int cancels = 0;
};

}  // namespace backflow::ui
