// The files that are exported are written as all others are.
#pragma once

#include "core/io/atomic_write.h"

namespace backflow::exporting {

using io::write_file_atomically;

}  // namespace backflow::exporting
