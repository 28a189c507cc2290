// What batch normalisation asks of the other processes of a run.
#pragma once

#include <cstddef>

namespace ct {

/// Whether the calling thread takes the batch statistics of all processes.
bool sums_statistics();

/// Replaces the values by their sums over all processes; by NaN where one does not answer, which the
/// sum of the gradients then says.
void sum_statistics(double *values, size_t count);

}  // namespace ct
