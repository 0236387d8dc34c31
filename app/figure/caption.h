// The text under an exported figure: what is shown, and all that is needed to make it again.
#pragma once

#include <string>
#include <string_view>

#include "app/figure/catalogue.h"

namespace backflow::figure {

/// "Loss: the loss L over the iterations. Settings: task.steps=50, else the defaults. Weight seed
/// 1, data seed 1, after 200 iterations. Backflow 0.1.0." `program` is name and version. Text
/// markup.
std::string caption_text(const FigureInfo& info, const session::Snapshot& snapshot,
                         std::string_view program);

/// The same without markup, for what reads a file's metadata.
std::string plain_caption(const FigureInfo& info, const session::Snapshot& snapshot,
                          std::string_view program);

enum class CaptionPlace {
  within,  ///< the size that is asked for: the figure is that much smaller
  below    ///< what the figure grows by
};

/// The figure with that caption under it. Without a caption, or where it would take more than half
/// of the height from the figure, the figure alone.
Figure build_with_caption(const FigureInfo& info, const session::Snapshot& snapshot,
                          const View& view, const FigureStyle& style, Size size,
                          const std::string& caption, CaptionPlace place);

}  // namespace backflow::figure
