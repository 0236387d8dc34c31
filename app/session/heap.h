// How the program treats its heap.
#pragma once

namespace backflow::session {

/// Keeps freed memory for the next iteration instead of giving it back to the system: fresh pages
/// would cost a third of a training step. Asks for huge pages (2 MB), with which a step of the
/// calling thread is a tenth quicker, where the system leaves that to the program. Does something
/// with glibc only. Call once, at the start. Threads have heaps of their own: with one for all, a
/// map of small products took twice as long, waiting for each other's turn.
void prepare_heap();

}  // namespace backflow::session
