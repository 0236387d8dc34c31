// Splitting one computation over the processor's cores: the one place in core/ that knows threads.
//
// A persistent pool of threads, one fewer than there are cores, is shared by all callers. Whoever
// comes while it is busy computes alone, so that training and the analysis beside it do not push
// each other aside. How work is cut into pieces must depend on the problem alone, never on the
// number of threads: then every sum is added up in the same order, and a run gives the same bits
// wherever its pieces were computed.
#pragma once

#include <cstddef>
#include <functional>

namespace backflow::parallel {

using Index = std::ptrdiff_t;

/// Calls job(0) … job(count − 1), each once, in any order and on any thread, and returns when all
/// are done. Each thread begins with the same share of the jobs whenever there are so many: where
/// job(i) goes on with what it did the last time, that is likely to be in its core's caches. The
/// first exception of a job is thrown again here, after the others have ended.
void for_each(Index count, const std::function<void(Index)>& job);

/// How many threads the calling one may be joined by, itself included.
Index thread_count();

/// At most `count` threads from now on, the caller included; 0 is as many as there are cores. For
/// benchmarks and tests; not while for_each() is running.
void limit_threads(Index count);

}  // namespace backflow::parallel
