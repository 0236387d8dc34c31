// kernels.h for x86-64-v3; core/CMakeLists.txt gives this file its -march.
#define BACKFLOW_KERNEL_NAME "x86-64-v3"
#define BACKFLOW_KERNEL_WIDTH 4
#define BACKFLOW_KERNEL_TABLE kKernelsV3
#include "core/kernel/kernels_impl.h"
