// How the program treats memory that it frees.
#pragma once

namespace backflow::session {

/// Keeps freed memory for the next iteration instead of giving it back to the system: a record of
/// some megabytes comes and goes with every iteration, and fresh pages would cost a third of a
/// training step. Does something with glibc only. Call once, at the start.
void keep_freed_memory();

}  // namespace backflow::session
