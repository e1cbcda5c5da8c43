// AES-256-CTR with AVX-512 and VAES: 32 blocks at a time, four in each of eight registers.
#include "../Implementation.h"
#include "../ProcessorFeatures.h"
#include "../Wiping.h"
#include "Interleaving.h"

#if SECAGG_X86_64
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,vaes")))
#define INLINE static inline __attribute__((always_inline)) TARGET
enum { REGISTERS = 8, BLOCKS = 4, GROUP = REGISTERS * BLOCKS * SECAGG_AES256_WORDS_PER_BLOCK };

INLINE void combine(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups,
    bool subtract) {
  // Counters are kept as numbers in the upper half of each block and get their byte order at the
  // last moment. The lower half stays zero: no stream has 2^64 blocks.
  const __m512i reverse_upper_half =
      _mm512_broadcast_i32x4(_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 4, 3, 2, 1, 0));
  const __m512i four = _mm512_set_epi64(BLOCKS, 0, BLOCKS, 0, BLOCKS, 0, BLOCKS, 0);
  const long long first = (long long)block;
  __m512i counter = _mm512_add_epi64(
      _mm512_set_epi64(first, 0, first, 0, first, 0, first, 0),
      _mm512_set_epi64(3, 0, 2, 0, 1, 0, 0, 0));

  __m512i k[SECAGG_AES256_ROUND_KEYS];
  SECAGG_UNROLL for (int i = 0; i < SECAGG_AES256_ROUND_KEYS; ++i) {
    k[i] = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)key->aes256[i]));
  }

  for (; groups > 0; --groups, words += GROUP) {
    __m512i x[REGISTERS];
    SECAGG_UNROLL for (int i = 0; i < REGISTERS; ++i) {
      x[i] = _mm512_xor_si512(_mm512_shuffle_epi8(counter, reverse_upper_half), k[0]);
      counter = _mm512_add_epi64(counter, four);
    }
    SECAGG_UNROLL for (int round = 1; round < SECAGG_AES256_ROUND_KEYS - 1; ++round) {
      SECAGG_UNROLL for (int i = 0; i < REGISTERS; ++i) {
        x[i] = _mm512_aesenc_epi128(x[i], k[round]);
      }
      SECAGG_READY_TOGETHER(x);
    }
    SECAGG_UNROLL for (int i = 0; i < REGISTERS; ++i) {
      const __m512i stream = _mm512_aesenclast_epi128(x[i], k[SECAGG_AES256_ROUND_KEYS - 1]);
      uint64_t *target = words + i * BLOCKS * SECAGG_AES256_WORDS_PER_BLOCK;
      const __m512i sum = _mm512_loadu_si512(target);
      _mm512_storeu_si512(
          target, subtract ? _mm512_sub_epi64(sum, stream) : _mm512_add_epi64(sum, stream));
    }
  }
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

const secagg_mask_implementation secagg_aes256ctr_vaes512 = {
    .features = SECAGG_AVX512F | SECAGG_AVX512BW | SECAGG_VAES | SECAGG_AESNI | SECAGG_SSSE3,
    .words_per_block = SECAGG_AES256_WORDS_PER_BLOCK,
    .words_per_group = GROUP,
    .expand_key = secagg_aes256_expand_key,
    .add = add,
    .subtract = subtract,
};

#endif
