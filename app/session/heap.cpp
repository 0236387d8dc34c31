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

#ifdef __GLIBC__

// A sanitizer has a heap of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kOwnHeap = false;
#else
constexpr bool kOwnHeap = true;
#endif

// Asked for at once and given back, the memory stays with the process as free, not yet touched and
// with the kernel's promise. Where the kernel does not know huge pages nothing is lost.
void reserve_huge_pages() {
#ifdef MADV_HUGEPAGE
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  void* const memory = std::malloc(kBytes);
  if (memory == nullptr) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) / page * page;
  ::madvise(reinterpret_cast<void*>(first), kBytes - page, MADV_HUGEPAGE);
  std::free(memory);
#endif
}

#endif

}  // namespace

void prepare_heap() {
#ifdef __GLIBC__
  constexpr int kMost = 1 << 30, kMostBefore235 = 32 << 20;  // glibc 2.34 and older refuse more
  mallopt(M_TRIM_THRESHOLD, kMost);
  if (mallopt(M_MMAP_THRESHOLD, kMost) == 0)
    mallopt(M_MMAP_THRESHOLD, kMostBefore235);
  else if (kOwnHeap)
    reserve_huge_pages();
#endif
}

}  // namespace backflow::session
