// The vanilla recurrent network: forward pass through all steps of a batch.
//
//   a_t = W_xh x_t + W_hh h_{t−1} + b_h,   h_t = f(a_t)       (n, B)
//   z_t = W_hy h_t + b_y,                  ŷ_t = g(z_t)       (m, B), at the steps with a target
//   L = Σ_t L_t
//
// A Model is values only; forward() is a pure function whose trace holds all that backward needs
// (core/gradient/backward.h). Any number of threads may read one model.
#pragma once

#include "core/model/activation.h"
#include "core/model/batch.h"
#include "core/model/output.h"
#include "core/model/parameters.h"

namespace backflow::model {

struct Model {
  Activation activation;
  Readout readout = Readout::sigmoid;
  Loss loss = Loss::binary_cross_entropy;
  Parameters parameters;
};

/// What the forward pass computed, step by step.
struct Trace {
  StepMatrices a;        ///< pre-activations (n, B), t = 1..T
  StepMatrices h;        ///< hidden states (n, B), t = 0..T
  StepMatrices z;        ///< logits (m, B), at the steps with a loss
  StepMatrices y_hat;    ///< outputs (m, B), at the steps with a loss
  Vector loss_per_step;  ///< (T) L_t at index t − 1; 0 at steps without a loss
  double loss = 0.0;     ///< L = Σ_t L_t

  Index steps() const { return a.last(); }
  Index batch() const { return a.batch(); }
};

/// Runs the network over the batch. The shapes of model and batch must fit; they are asserted.
Trace forward(const Model& model, const Batch& batch);

}  // namespace backflow::model
