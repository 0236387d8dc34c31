// The page with published results and closed forms, computed anew by this program: what each check
// claims, its source, the published numbers and ours.
#pragma once

#include <memory>

#include "app/ui/verify_run.h"
#include "app/ui/widgets.h"

namespace backflow::ui {

class VerifyPage {
public:
  /// Begins with the quick checks when it is opened for the first time.
  void open();
  void close() { open_ = false; }
  bool is_open() const { return open_; }
  /// Something on it changes without anybody's doing.
  bool is_running() const { return open_ && run_ && run_->is_running(); }
  void draw(UiContext& ui, const Rect& window);

private:
  void draw_list(UiContext& ui, const Rect& rect, const std::vector<VerifyRun::Row>& rows);

  bool open_ = false;
  std::unique_ptr<VerifyRun> run_;  // made when first opened
  std::size_t selected_ = 0;
};

}  // namespace backflow::ui
