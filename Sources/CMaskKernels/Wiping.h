#ifndef SECAGG_WIPING_H
#define SECAGG_WIPING_H

#include <string.h>

#include "Implementation.h"

/// Zeroes memory that is not read any more; the empty statement, which may read it for all the
/// compiler knows, keeps the compiler from leaving it out.
static inline void secagg_wipe(void *memory, size_t size) {
  memset(memory, 0, size);
  __asm__ __volatile__("" : : "r"(memory) : "memory");
}

#endif
