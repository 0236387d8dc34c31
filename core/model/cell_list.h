// Every cell there is, a line each: enumerator of CellKind, name in configurations, name for
// people. Its object is what `<enumerator>_cell()` returns, in a file of its own (*_cell.cpp in
// this folder, which the build finds by itself).
#pragma once

#define BACKFLOW_CELLS(CELL)                                \
  CELL(rnn, "rnn", "vanilla RNN")                           \
  CELL(gru, "gru", "GRU")                                   \
  CELL(gru_original, "gru-original", "GRU (original form)") \
  CELL(lstm, "lstm", "LSTM")
