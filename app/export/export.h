// From a snapshot to the bytes of a figure's file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/export/request.h"

namespace backflow::exporting {

/// By the extension, in any case; nothing when it is not one of ours.
std::optional<Format> format_of(std::string_view path);

/// The bytes of the file. SVG, PDF and PNG carry title and caption as metadata; the same request
/// gives the same bytes. Throws std::runtime_error when there is no memory for the image.
std::string render(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                   const figure::View& view, const Look& look, Format format);

}  // namespace backflow::exporting
