// AES-256-CTR with AES-NI: eight blocks at a time, one in each register.
#include "../Implementation.h"
#include "../ProcessorFeatures.h"
#include "Interleaving.h"

#if SECAGG_X86_64
#include <immintrin.h>

#define TARGET __attribute__((target("aes,ssse3")))
#define INLINE static inline __attribute__((always_inline)) TARGET
enum { REGISTERS = 8, GROUP = REGISTERS * SECAGG_AES256_WORDS_PER_BLOCK };

INLINE void combine(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups,
    bool subtract) {
  // Counters are kept as numbers in the upper half of each block and get their byte order at the
  // last moment. The lower half stays zero: no stream has 2^64 blocks.
  const __m128i reverse_upper_half =
      _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m128i one = _mm_set_epi64x(1, 0);
  __m128i counter = _mm_set_epi64x((long long)block, 0);

  __m128i k[SECAGG_AES256_ROUND_KEYS];
  SECAGG_UNROLL for (int i = 0; i < SECAGG_AES256_ROUND_KEYS; ++i) {
    k[i] = _mm_load_si128((const __m128i *)key->aes256[i]);
  }

  for (; groups > 0; --groups, words += GROUP) {
    __m128i x[REGISTERS];
    SECAGG_UNROLL for (int i = 0; i < REGISTERS; ++i) {
      x[i] = _mm_xor_si128(_mm_shuffle_epi8(counter, reverse_upper_half), k[0]);
      counter = _mm_add_epi64(counter, one);
    }
    SECAGG_UNROLL for (int round = 1; round < SECAGG_AES256_ROUND_KEYS - 1; ++round) {
      SECAGG_UNROLL for (int i = 0; i < REGISTERS; ++i) {
        x[i] = _mm_aesenc_si128(x[i], k[round]);
      }
      SECAGG_READY_TOGETHER(x);
    }
    SECAGG_UNROLL for (int i = 0; i < REGISTERS; ++i) {
      const __m128i stream = _mm_aesenclast_si128(x[i], k[SECAGG_AES256_ROUND_KEYS - 1]);
      uint64_t *target = words + i * SECAGG_AES256_WORDS_PER_BLOCK;
      const __m128i sum = _mm_loadu_si128((const __m128i *)target);
      _mm_storeu_si128(
          (__m128i *)target, subtract ? _mm_sub_epi64(sum, stream) : _mm_add_epi64(sum, stream));
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

const secagg_mask_implementation secagg_aes256ctr_aesni = {
    .features = SECAGG_AESNI | SECAGG_SSSE3,
    .words_per_block = SECAGG_AES256_WORDS_PER_BLOCK,
    .words_per_group = GROUP,
    .expand_key = secagg_aes256_expand_key,
    .add = add,
    .subtract = subtract,
};

#endif
