// What a kernel leaves on the stack.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Checks.h"

#if defined(__SANITIZE_ADDRESS__)
#define STACK_IS_OURS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STACK_IS_OURS 0
#endif
#endif
#if !defined(STACK_IS_OURS) && defined(__OPTIMIZE__)
#define STACK_IS_OURS 1
#endif

#if STACK_IS_OURS
typedef struct {
  secagg_mask_kernel kernel;
  const uint8_t *key;
  uint64_t *words;
  size_t count;
} masking;

static void *mask(void *argument) {
  const masking *masking = argument;
  secagg_mask_add(masking->kernel, masking->key, 3, masking->words, masking->count);
  return NULL;
}

static bool occurs(const uint8_t *memory, size_t size, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i + count <= size; ++i) {
    if (memory[i] == bytes[0] && memcmp(memory + i, bytes, count) == 0) return true;
  }
  return false;
}

void check_stack(secagg_mask_kernel kernel) {
  enum { STACK = 1 << 20, WORDS = 300 };
  uint8_t key[32];
  for (int i = 0; i < 32; ++i) key[i] = (uint8_t)random_number();
  uint64_t *words = calloc(WORDS, sizeof *words);
  uint8_t *stack = NULL;
  if (!words || posix_memalign((void **)&stack, 1 << 16, STACK) != 0) abort();
  memset(stack, 0xa5, STACK);

  pthread_attr_t attributes;
  pthread_t thread;
  masking argument = {kernel, key, words, WORDS};
  if (pthread_attr_init(&attributes) != 0 ||
      pthread_attr_setstack(&attributes, stack, STACK) != 0 ||
      pthread_create(&thread, &attributes, mask, &argument) != 0) {
    abort();
  }
  pthread_join(thread, NULL);
  pthread_attr_destroy(&attributes);

  bool key_stays = false, stream_stays = false;
  for (int i = 0; i + 8 <= 32; i += 4) key_stays |= occurs(stack, STACK, key + i, 8);
  for (int i = 0; i < WORDS; ++i) {
    stream_stays |= occurs(stack, STACK, (const uint8_t *)&words[i], sizeof words[i]);
  }
  check(!key_stays, kernel, "key left on the stack", 0);
  check(!stream_stays, kernel, "key stream left on the stack", 0);
  free(stack);
  free(words);
}
#else
void check_stack(secagg_mask_kernel kernel) {
  printf("  not looking at the stack: it belongs to the sanitizer, or nothing was optimised\n");
  (void)kernel;
}
#endif
