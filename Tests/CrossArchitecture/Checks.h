// What the checks share: counting them, and numbers to check with.
#ifndef CHECKS_H
#define CHECKS_H

#include "CMaskKernels.h"

extern unsigned long passed, failed;

/// Counts a check of a kernel, and prints `what` and `where` if it does not hold.
void check(bool holds, secagg_mask_kernel kernel, const char *what, uint64_t where);

/// The next of a sequence of numbers that is the same in every run.
uint64_t random_number(void);

/// Runs the kernel on a stack of ours and looks through it for key and key stream afterwards.
void check_stack(secagg_mask_kernel kernel);

/// Checks the loops of CVectorKernels, as they are compiled for this processor.
void check_vector_kernels(void);

#endif
