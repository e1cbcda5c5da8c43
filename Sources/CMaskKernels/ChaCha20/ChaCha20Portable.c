// ChaCha20 on any processor: four blocks at a time in vectors of the compiler's, which become the
// machine's where it has some. Words are numbers throughout, so byte order does not matter.
#include "ChaCha20.h"

typedef uint32_t lanes __attribute__((vector_size(16)));
enum { LANES = 4, GROUP = LANES * SECAGG_CHACHA20_WORDS_PER_BLOCK };

#define ROTATE(v, n) ((v) << (n) | (v) >> (32 - (n)))
#define QUARTER_ROUND(a, b, c, d)          \
  do {                                     \
    a += b, d ^= a, d = ROTATE(d, 16);     \
    c += d, b ^= c, b = ROTATE(b, 12);     \
    a += b, d ^= a, d = ROTATE(d, 8);      \
    c += d, b ^= c, b = ROTATE(b, 7);      \
  } while (0)

static inline lanes all(uint32_t value) { return (lanes){value, value, value, value}; }

static inline __attribute__((always_inline)) void combine(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups,
    bool subtract) {
  lanes counter = all((uint32_t)block) + (lanes){0, 1, 2, 3};
  for (; groups > 0; --groups, words += GROUP, counter += LANES) {
    lanes start[16], x[16];
    for (int i = 0; i < 4; ++i) start[i] = all(chacha20_constants[i]);
    for (int i = 0; i < 8; ++i) start[4 + i] = all(key->chacha20[i]);
    start[12] = counter;
    start[13] = start[14] = start[15] = all(0);

    for (int i = 0; i < 16; ++i) x[i] = start[i];
    for (int i = 0; i < CHACHA20_DOUBLE_ROUNDS; ++i) CHACHA20_DOUBLE_ROUND(QUARTER_ROUND, x);
    for (int i = 0; i < 16; ++i) x[i] += start[i];

    for (int lane = 0; lane < LANES; ++lane) {
      for (int i = 0; i < SECAGG_CHACHA20_WORDS_PER_BLOCK; ++i) {
        const uint64_t word = x[2 * i][lane] | (uint64_t)x[2 * i + 1][lane] << 32;
        uint64_t *target = &words[lane * SECAGG_CHACHA20_WORDS_PER_BLOCK + i];
        *target = subtract ? *target - word : *target + word;
      }
    }
  }
}

static void add(const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups) {
  combine(key, block, words, groups, false);
}

static void subtract(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups) {
  combine(key, block, words, groups, true);
}

const secagg_mask_implementation secagg_chacha20_portable = {
    .words_per_block = SECAGG_CHACHA20_WORDS_PER_BLOCK,
    .words_per_group = GROUP,
    .expand_key = secagg_chacha20_expand_key,
    .add = add,
    .subtract = subtract,
};
