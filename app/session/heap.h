// How the program treats its heap.
#pragma once

namespace backflow::session {

/// Keeps freed memory for the next iteration instead of giving it back to the system: a record of
/// some megabytes comes and goes with every iteration, and fresh pages would cost a third of a
/// training step. Asks for huge pages (2 MB), with which a step is a tenth quicker, where the
/// system leaves that to the program. All threads share one heap, so that both hold for the
/// trainer's. Does something with glibc only. Call once, at the start.
void prepare_heap();

}  // namespace backflow::session
