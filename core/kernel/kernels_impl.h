// The loops behind kernels.h, written once for vectors of kWidth doubles. Included by one .cpp file
// per instruction set, each of which sets BACKFLOW_KERNEL_NAME, BACKFLOW_KERNEL_WIDTH and
// BACKFLOW_KERNEL_TABLE. Everything is in an unnamed namespace: a function compiled for a newer
// processor must never be the one that the linker keeps for all.
#include "core/kernel/kernel_activations.h"
#include "core/kernel/kernel_gates.h"
#include "core/kernel/kernel_products.h"
#include "core/kernel/kernel_steps.h"

namespace backflow::kernel {

extern const Kernels BACKFLOW_KERNEL_TABLE;
const Kernels BACKFLOW_KERNEL_TABLE{BACKFLOW_KERNEL_NAME,
                                    packed_left_size,
                                    packed_right_size,
                                    pack_left,
                                    pack_left_transposed,
                                    pack_right,
                                    pack_right_transposed,
                                    add_up<Layout::packed>,
                                    add_up<Layout::packed_and_plain>,
                                    add_up<Layout::plain>,
                                    add_up<Layout::outer>,
                                    kWidth,
                                    tanh,
                                    tanh_vjp,
                                    sigmoid,
                                    tanh_steps,
                                    tanh_steps_vjp,
                                    lstm,
                                    lstm_vjp,
                                    {gru<false>, gru<true>},
                                    {gru_vjp<false>, gru_vjp<true>}};

}  // namespace backflow::kernel
