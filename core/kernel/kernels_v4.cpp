// kernels.h for x86-64-v4; core/CMakeLists.txt gives this file its -march.
#define BACKFLOW_KERNEL_NAME "x86-64-v4"
#define BACKFLOW_KERNEL_WIDTH 8
#define BACKFLOW_KERNEL_TABLE kKernelsV4
#include "core/kernel/kernels_impl.h"
