// kernels.h for processors that are no x86-64: vectors of two doubles, whatever they become.
#define BACKFLOW_KERNEL_NAME "generic"
#define BACKFLOW_KERNEL_WIDTH 2
#define BACKFLOW_KERNEL_TABLE kKernelsGeneric
#include "core/kernel/kernels_impl.h"
