// kernels.h for x86-64-v2; core/CMakeLists.txt gives this file its -march.
#define BACKFLOW_KERNEL_NAME "x86-64-v2"
#define BACKFLOW_KERNEL_WIDTH 2
#define BACKFLOW_KERNEL_TABLE kKernelsV2
#include "core/kernel/kernels_impl.h"
