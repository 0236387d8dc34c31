// The desktop's file dialog for the user interface.
#pragma once

#include "app/platform/native_dialog.h"
#include "app/ui/file_dialogs.h"

namespace backflow::cli {

class NativeFileDialogs final : public ui::DesktopDialogs {
public:
  bool available() const override { return dialog_.available(); }
  void ask(const ui::FileQuestion& question) override;
  bool has_answer() override { return dialog_.poll() != platform::NativeDialog::State::open; }
  Answer poll() override;
  void cancel() override { dialog_.cancel(); }

private:
  platform::NativeDialog dialog_;
};

}  // namespace backflow::cli
