// ChaCha20 with AVX-512: sixteen blocks at a time, one of the state's words in each register; where
// there are two such groups, both at once, which fills all registers and hides half of the latency.
#include "ChaCha20.h"
#include "../Wiping.h"

#if SECAGG_X86_64
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f")))
#define INLINE static inline __attribute__((always_inline)) TARGET
enum { LANES = 16, GROUP = LANES * SECAGG_CHACHA20_WORDS_PER_BLOCK };

#define STEP(a, b, d, n)                                  \
  a = _mm512_add_epi32(a, b), d = _mm512_xor_si512(d, a), \
  d = _mm512_rol_epi32(d, n)
#define QUARTER_ROUND(a, b, c, d) \
  do {                            \
    STEP(a, b, d, 16);            \
    STEP(c, d, b, 12);            \
    STEP(a, b, d, 8);             \
    STEP(c, d, b, 7);             \
  } while (0)

/// Transposes 4 x 4 words in each quarter of four registers: quarter l of row i then has words
/// i...i + 3 of block 4l + (the register's number).
INLINE void transpose_words(__m512i x[4]) {
  const __m512i a = _mm512_unpacklo_epi32(x[0], x[1]), b = _mm512_unpacklo_epi32(x[2], x[3]);
  const __m512i c = _mm512_unpackhi_epi32(x[0], x[1]), d = _mm512_unpackhi_epi32(x[2], x[3]);
  x[0] = _mm512_unpacklo_epi64(a, b);
  x[1] = _mm512_unpackhi_epi64(a, b);
  x[2] = _mm512_unpacklo_epi64(c, d);
  x[3] = _mm512_unpackhi_epi64(c, d);
}

INLINE void combine_block(uint64_t *words, __m512i stream, bool subtract) {
  const __m512i sum = _mm512_loadu_si512(words);
  _mm512_storeu_si512(
      words, subtract ? _mm512_sub_epi64(sum, stream) : _mm512_add_epi64(sum, stream));
}

/// The state of sixteen blocks before the first round.
INLINE void start(const secagg_expanded_key *key, __m512i x[16], __m512i counter) {
  SECAGG_UNROLL for (int i = 0; i < 4; ++i) x[i] = _mm512_set1_epi32((int)chacha20_constants[i]);
  SECAGG_UNROLL for (int i = 0; i < 8; ++i) x[4 + i] = _mm512_set1_epi32((int)key->chacha20[i]);
  x[12] = counter;
  x[13] = x[14] = x[15] = _mm512_setzero_si512();
}

/// Adds the state before the first round, transposes, and combines with sixteen blocks of words.
INLINE void finish(
    const secagg_expanded_key *key, __m512i x[16], __m512i counter, uint64_t *words,
    bool subtract) {
  SECAGG_UNROLL for (int i = 0; i < 4; ++i) {
    x[i] = _mm512_add_epi32(x[i], _mm512_set1_epi32((int)chacha20_constants[i]));
  }
  SECAGG_UNROLL for (int i = 0; i < 8; ++i) {
    x[4 + i] = _mm512_add_epi32(x[4 + i], _mm512_set1_epi32((int)key->chacha20[i]));
  }
  x[12] = _mm512_add_epi32(x[12], counter);

  SECAGG_UNROLL for (int row = 0; row < 16; row += 4) transpose_words(x + row);
  SECAGG_UNROLL for (int i = 0; i < 4; ++i) {
    // Quarter l of x[i], x[4 + i], x[8 + i], x[12 + i] together are block 4l + i.
    const __m512i low01 = _mm512_shuffle_i32x4(x[i], x[4 + i], 0x44);
    const __m512i low23 = _mm512_shuffle_i32x4(x[8 + i], x[12 + i], 0x44);
    const __m512i high01 = _mm512_shuffle_i32x4(x[i], x[4 + i], 0xee);
    const __m512i high23 = _mm512_shuffle_i32x4(x[8 + i], x[12 + i], 0xee);
    uint64_t *first = words + i * SECAGG_CHACHA20_WORDS_PER_BLOCK;
    enum { QUARTER = 4 * SECAGG_CHACHA20_WORDS_PER_BLOCK };
    combine_block(first, _mm512_shuffle_i32x4(low01, low23, 0x88), subtract);
    combine_block(first + QUARTER, _mm512_shuffle_i32x4(low01, low23, 0xdd), subtract);
    combine_block(first + 2 * QUARTER, _mm512_shuffle_i32x4(high01, high23, 0x88), subtract);
    combine_block(first + 3 * QUARTER, _mm512_shuffle_i32x4(high01, high23, 0xdd), subtract);
  }
}

/// Combines one or two groups, and returns the counters of the next.
INLINE __m512i combine_together(
    const secagg_expanded_key *key, __m512i counter, uint64_t *words, int groups, bool subtract) {
  const __m512i counters[2] = {counter, _mm512_add_epi32(counter, _mm512_set1_epi32(LANES))};
  __m512i x[2][16];
  SECAGG_UNROLL for (int group = 0; group < groups; ++group) {
    start(key, x[group], counters[group]);
  }
  for (int i = 0; i < CHACHA20_DOUBLE_ROUNDS; ++i) {
    SECAGG_UNROLL for (int group = 0; group < groups; ++group) {
      CHACHA20_DOUBLE_ROUND(QUARTER_ROUND, x[group]);
    }
  }
  SECAGG_UNROLL for (int group = 0; group < groups; ++group) {
    finish(key, x[group], counters[group], words + group * GROUP, subtract);
  }
  return _mm512_add_epi32(counter, _mm512_set1_epi32(groups * LANES));
}

INLINE void combine(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups,
    bool subtract) {
  __m512i counter = _mm512_add_epi32(
      _mm512_set1_epi32((int)(uint32_t)block),
      _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  for (; groups >= 2; groups -= 2, words += 2 * GROUP) {
    counter = combine_together(key, counter, words, 2, subtract);
  }
  if (groups > 0) combine_together(key, counter, words, 1, subtract);
}

TARGET static void add(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups) {
  combine(key, block, words, groups, false);
  secagg_wipe_avx512_registers();
}

TARGET static void subtract(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups) {
  combine(key, block, words, groups, true);
  secagg_wipe_avx512_registers();
}

const secagg_mask_implementation secagg_chacha20_avx512 = {
    .features = SECAGG_AVX512F,
    .words_per_block = SECAGG_CHACHA20_WORDS_PER_BLOCK,
    .words_per_group = GROUP,
    .expand_key = secagg_chacha20_expand_key,
    .add = add,
    .subtract = subtract,
};

#endif
