#include "Checks.h"

#include <stdio.h>

unsigned long passed, failed;

void check(bool holds, secagg_mask_kernel kernel, const char *what, uint64_t where) {
  if (holds) {
    ++passed;
  } else if (++failed <= 20) {
    printf("FAILED: %s: %s (%llu)\n", secagg_mask_kernel_name(kernel), what,
           (unsigned long long)where);
  }
}

// splitmix64
uint64_t random_number(void) {
  static uint64_t state = 20240607;
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}
