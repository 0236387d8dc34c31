#include "app/session/heap.h"

#include <cstdint>
#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace backflow::session {
namespace {

// A sanitizer has a heap of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
constexpr bool kGlibcHeap = false;
#else
constexpr bool kGlibcHeap = true;
#endif

// Asked for at once and given back, the memory stays with the process as free, not yet touched and
// with the kernel's promise. Where the kernel does not know huge pages nothing is lost.
[[maybe_unused]] void reserve_huge_pages() {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  void* const memory = std::malloc(kBytes);
  if (memory == nullptr) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) / page * page;
  ::madvise(reinterpret_cast<void*>(first), kBytes - page, MADV_HUGEPAGE);
  std::free(memory);
#endif
}

}  // namespace

void prepare_heap() {
#ifdef __GLIBC__
  constexpr int kMost = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kMost);
  mallopt(M_TRIM_THRESHOLD, kMost);
  mallopt(M_ARENA_MAX, 1);
  if (kGlibcHeap) reserve_huge_pages();
#endif
}

}  // namespace backflow::session
