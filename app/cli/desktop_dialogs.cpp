#include "app/cli/desktop_dialogs.h"

namespace backflow::cli {

void NativeFileDialogs::ask(const ui::FileQuestion& question) {
  platform::DialogRequest request{
      question.save, question.title, question.directory, question.name, {}};
  for (const ui::FileKind& kind : question.kinds)
    request.kinds.push_back({kind.title, kind.endings});
  dialog_.open(request);
}

ui::DesktopDialogs::Answer NativeFileDialogs::poll() {
  using enum platform::NativeDialog::State;
  switch (dialog_.poll()) {
    case open:
      return {Answer::Kind::waiting, {}};
    case chosen:
      return {Answer::Kind::chosen, dialog_.path()};
    case failed:
      return {Answer::Kind::failed, {}};
    case idle:
    case cancelled:
      break;
  }
  return {Answer::Kind::cancelled, {}};
}

}  // namespace backflow::cli
