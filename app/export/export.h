// From a snapshot to the bytes of a figure's file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/figure/caption.h"

namespace backflow::exporting {

enum class Format { svg, pdf, png, csv, npy };

std::span<const Format> all_formats();

/// By the extension, in any case; nothing when it is not one of ours.
std::optional<Format> format_of(std::string_view path);

/// ".svg", ".pdf", ".png", ".csv", ".npy".
std::string_view extension(Format format);

/// True for the formats that hold the data of a figure, to which looks do not apply.
bool is_data(Format format);

/// How a figure is to look in its file.
struct Look {
  figure::FigureStyle style;
  figure::Size size;         ///< of the figure
  double png_scale = 2.0;    ///< pixels per figure unit of 1/96 inch
  bool transparent = false;  ///< no background
  /// Under the figure (figure/caption.h); nothing: none.
  std::optional<figure::CaptionPlace> caption;
  std::string program;  ///< name and version, for caption and metadata
};

/// The bytes of the file. SVG, PDF and PNG carry title and caption as metadata; the same request
/// gives the same bytes. Throws std::runtime_error when there is no memory for the image.
std::string render(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                   const figure::View& view, const Look& look, Format format);

}  // namespace backflow::exporting
