#ifndef SECAGG_PROCESSOR_FEATURES_H
#define SECAGG_PROCESSOR_FEATURES_H

#include <stdint.h>

#include "Implementation.h"

/// Instructions that the processor has and whose registers the operating system keeps.
enum secagg_processor_feature {
  SECAGG_SSSE3 = 1 << 0,
  SECAGG_AESNI = 1 << 1,
  SECAGG_AVX2 = 1 << 2,
  SECAGG_AVX512F = 1 << 3,
  SECAGG_AVX512BW = 1 << 4,
  SECAGG_VAES = 1 << 5,
  SECAGG_NEON = 1 << 6,
  SECAGG_ARM_AES = 1 << 7,
};

/// The features of this processor, as bits of `secagg_processor_feature`.
SECAGG_INTERNAL uint32_t secagg_processor_features(void);

#endif
