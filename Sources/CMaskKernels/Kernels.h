#ifndef SECAGG_KERNELS_H
#define SECAGG_KERNELS_H

#include "Implementation.h"

/// The implementation of `kernel`, NULL if it was not compiled for this architecture.
SECAGG_INTERNAL const secagg_mask_implementation *secagg_mask_implementation_of(
    secagg_mask_kernel kernel);

#endif
