// Base64 (RFC 4648, section 4), for images inside SVG.
#pragma once

#include <string>
#include <string_view>

namespace backflow::exporting {

/// Padded with '=', in one line.
std::string to_base64(std::string_view bytes);

}  // namespace backflow::exporting
