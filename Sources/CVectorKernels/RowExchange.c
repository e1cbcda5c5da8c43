#include "CVectorKernels.h"
#include "Compilation.h"

ALWAYS_INLINE void exchange(double *block, const uint32_t *pairs, size_t count) {
  for (size_t pair = 0; pair < count; ++pair) {
    double *restrict low = block + (size_t)pairs[2 * pair] * FLMATH_SORTED_COLUMNS;
    double *restrict high = block + (size_t)pairs[2 * pair + 1] * FLMATH_SORTED_COLUMNS;
    for (size_t column = 0; column < FLMATH_SORTED_COLUMNS; ++column) {
      const double left = low[column], right = high[column];
      // One instruction each: the minimum and the maximum of processors are defined like this.
      low[column] = left < right ? left : right;
      high[column] = left < right ? right : left;
    }
  }
}

#if HAS_AVX2_VARIANT
AVX2 static void exchange_avx2(double *block, const uint32_t *pairs, size_t count) {
  exchange(block, pairs, count);
}
#endif

void flmath_exchange_rows(double *block, const uint32_t *pairs, size_t count) {
#if HAS_AVX2_VARIANT
  if (supports_avx2()) {
    exchange_avx2(block, pairs, count);
    return;
  }
#endif
  exchange(block, pairs, count);
}
