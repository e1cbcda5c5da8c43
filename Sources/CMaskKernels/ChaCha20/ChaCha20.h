// What the ChaCha20 kernels share (RFC 8439, section 2.3).
#ifndef SECAGG_CHACHA20_H
#define SECAGG_CHACHA20_H

#include "../Implementation.h"
#include "../ProcessorFeatures.h"

enum { CHACHA20_DOUBLE_ROUNDS = 10 };

/// "expand 32-byte k" as little-endian words.
static const uint32_t chacha20_constants[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

/// A double round: a round of columns, a round of diagonals.
#define CHACHA20_DOUBLE_ROUND(QUARTER_ROUND, x) \
  do {                                          \
    QUARTER_ROUND(x[0], x[4], x[8], x[12]);     \
    QUARTER_ROUND(x[1], x[5], x[9], x[13]);     \
    QUARTER_ROUND(x[2], x[6], x[10], x[14]);    \
    QUARTER_ROUND(x[3], x[7], x[11], x[15]);    \
    QUARTER_ROUND(x[0], x[5], x[10], x[15]);    \
    QUARTER_ROUND(x[1], x[6], x[11], x[12]);    \
    QUARTER_ROUND(x[2], x[7], x[8], x[13]);     \
    QUARTER_ROUND(x[3], x[4], x[9], x[14]);     \
  } while (0)

#endif
