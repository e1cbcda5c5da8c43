// ChaCha20 with AVX2: eight blocks at a time, one of the state's words in each register.
#include "ChaCha20.h"

#if SECAGG_X86_64
#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline)) TARGET
enum { LANES = 8, GROUP = LANES * SECAGG_CHACHA20_WORDS_PER_BLOCK };

#define ROTATE_BYTES(v, shuffle) _mm256_shuffle_epi8(v, shuffle)
#define ROTATE(v, n) _mm256_or_si256(_mm256_slli_epi32(v, n), _mm256_srli_epi32(v, 32 - n))
#define STEP(a, b, d, rotate, n) \
  a = _mm256_add_epi32(a, b), d = _mm256_xor_si256(d, a), d = rotate(d, n)
#define QUARTER_ROUND(a, b, c, d)       \
  do {                                  \
    STEP(a, b, d, ROTATE_BYTES, by_16); \
    STEP(c, d, b, ROTATE, 12);          \
    STEP(a, b, d, ROTATE_BYTES, by_8);  \
    STEP(c, d, b, ROTATE, 7);           \
  } while (0)

/// Transposes 4 x 4 words in each half of four registers: half l of row i then has words
/// i...i + 3 of block 4l + (the register's number).
INLINE void transpose_words(__m256i x[4]) {
  const __m256i a = _mm256_unpacklo_epi32(x[0], x[1]), b = _mm256_unpacklo_epi32(x[2], x[3]);
  const __m256i c = _mm256_unpackhi_epi32(x[0], x[1]), d = _mm256_unpackhi_epi32(x[2], x[3]);
  x[0] = _mm256_unpacklo_epi64(a, b);
  x[1] = _mm256_unpackhi_epi64(a, b);
  x[2] = _mm256_unpacklo_epi64(c, d);
  x[3] = _mm256_unpackhi_epi64(c, d);
}

INLINE void combine_half_block(uint64_t *words, __m256i stream, bool subtract) {
  const __m256i sum = _mm256_loadu_si256((const __m256i *)words);
  _mm256_storeu_si256(
      (__m256i *)words, subtract ? _mm256_sub_epi64(sum, stream) : _mm256_add_epi64(sum, stream));
}

INLINE void combine(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups,
    bool subtract) {
  const __m256i by_16 = _mm256_set_epi8(
      13, 12, 15, 14, 9, 8, 11, 10, 5, 4, 7, 6, 1, 0, 3, 2,  //
      13, 12, 15, 14, 9, 8, 11, 10, 5, 4, 7, 6, 1, 0, 3, 2);
  const __m256i by_8 = _mm256_set_epi8(
      14, 13, 12, 15, 10, 9, 8, 11, 6, 5, 4, 7, 2, 1, 0, 3,  //
      14, 13, 12, 15, 10, 9, 8, 11, 6, 5, 4, 7, 2, 1, 0, 3);
  __m256i counter = _mm256_add_epi32(
      _mm256_set1_epi32((int)(uint32_t)block), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
  for (; groups > 0; --groups, words += GROUP) {
    __m256i x[16];
    SECAGG_UNROLL for (int i = 0; i < 4; ++i) x[i] = _mm256_set1_epi32((int)chacha20_constants[i]);
    SECAGG_UNROLL for (int i = 0; i < 8; ++i) x[4 + i] = _mm256_set1_epi32((int)key->chacha20[i]);
    x[12] = counter;
    x[13] = x[14] = x[15] = _mm256_setzero_si256();

    for (int i = 0; i < CHACHA20_DOUBLE_ROUNDS; ++i) CHACHA20_DOUBLE_ROUND(QUARTER_ROUND, x);

    SECAGG_UNROLL for (int i = 0; i < 4; ++i) {
      x[i] = _mm256_add_epi32(x[i], _mm256_set1_epi32((int)chacha20_constants[i]));
    }
    SECAGG_UNROLL for (int i = 0; i < 8; ++i) {
      x[4 + i] = _mm256_add_epi32(x[4 + i], _mm256_set1_epi32((int)key->chacha20[i]));
    }
    x[12] = _mm256_add_epi32(x[12], counter);
    counter = _mm256_add_epi32(counter, _mm256_set1_epi32(LANES));

    SECAGG_UNROLL for (int row = 0; row < 16; row += 4) transpose_words(x + row);
    SECAGG_UNROLL for (int i = 0; i < 4; ++i) {
      // Half l of x[i], x[4 + i], x[8 + i], x[12 + i] together are block 4l + i.
      uint64_t *low = words + i * SECAGG_CHACHA20_WORDS_PER_BLOCK;
      uint64_t *high = low + 4 * SECAGG_CHACHA20_WORDS_PER_BLOCK;
      combine_half_block(low, _mm256_permute2x128_si256(x[i], x[4 + i], 0x20), subtract);
      combine_half_block(low + 4, _mm256_permute2x128_si256(x[8 + i], x[12 + i], 0x20), subtract);
      combine_half_block(high, _mm256_permute2x128_si256(x[i], x[4 + i], 0x31), subtract);
      combine_half_block(high + 4, _mm256_permute2x128_si256(x[8 + i], x[12 + i], 0x31), subtract);
    }
  }
}

TARGET static void add(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups) {
  combine(key, block, words, groups, false);
}

TARGET static void subtract(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups) {
  combine(key, block, words, groups, true);
}

const secagg_mask_implementation secagg_chacha20_avx2 = {
    .features = SECAGG_AVX2,
    .words_per_block = SECAGG_CHACHA20_WORDS_PER_BLOCK,
    .words_per_group = GROUP,
    .expand_key = secagg_chacha20_expand_key,
    .add = add,
    .subtract = subtract,
};

#endif
