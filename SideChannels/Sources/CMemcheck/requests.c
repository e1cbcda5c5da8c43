#include "CMemcheck.h"

#include <valgrind/memcheck.h>

bool memcheck_is_running(void) { return RUNNING_ON_VALGRIND != 0; }

void memcheck_classify(const void *memory, size_t count) {
  (void)VALGRIND_MAKE_MEM_UNDEFINED(memory, count);
}

void memcheck_classify_bits(const uint64_t *words, size_t count, uint64_t mask) {
  for (size_t index = 0; index < count; index++) {
    (void)VALGRIND_SET_VBITS(&words[index], &mask, sizeof mask);
  }
}

void memcheck_declassify(const void *memory, size_t count) {
  (void)VALGRIND_MAKE_MEM_DEFINED(memory, count);
}

size_t memcheck_secret_bits(const void *memory, size_t count) {
  const uint8_t *bytes = memory;
  size_t bits = 0;
  for (size_t index = 0; index < count; index++) {
    uint8_t undefined = 0;
    if (VALGRIND_GET_VBITS(&bytes[index], &undefined, 1) == 1) {
      bits += (size_t)__builtin_popcount(undefined);
    }
  }
  return bits;
}

size_t memcheck_error_count(void) { return VALGRIND_COUNT_ERRORS; }

void memcheck_note(const char *line) { VALGRIND_PRINTF("%s\n", line); }
