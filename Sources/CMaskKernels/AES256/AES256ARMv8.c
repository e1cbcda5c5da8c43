// AES-256-CTR with the ARMv8 AES instructions: eight blocks at a time, one in each register.
#include "../Implementation.h"
#include "../ProcessorFeatures.h"

#if SECAGG_ARM64
#include <arm_neon.h>

// GCC 12 has the AES intrinsics under this name only; no SHA instruction is used.
#define TARGET __attribute__((target("+crypto")))
#define INLINE static inline __attribute__((always_inline)) TARGET
enum { REGISTERS = 8, GROUP = REGISTERS * SECAGG_AES256_WORDS_PER_BLOCK };

INLINE void combine(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups,
    bool subtract) {
  // Counters are kept as numbers in the upper half of each block and get their byte order at the
  // last moment. The lower half stays zero: no stream has 2^64 blocks.
  const uint64x2_t one = vcombine_u64(vcreate_u64(0), vcreate_u64(1));
  uint64x2_t counter = vcombine_u64(vcreate_u64(0), vcreate_u64(block));

  uint8x16_t k[SECAGG_AES256_ROUND_KEYS];
  SECAGG_UNROLL for (int i = 0; i < SECAGG_AES256_ROUND_KEYS; ++i) k[i] = vld1q_u8(key->aes256[i]);

  for (; groups > 0; --groups, words += GROUP) {
    uint8x16_t x[REGISTERS];
    SECAGG_UNROLL for (int i = 0; i < REGISTERS; ++i) {
      x[i] = vrev64q_u8(vreinterpretq_u8_u64(counter));
      counter = vaddq_u64(counter, one);
    }
    // AESE adds its key first, so the last two keys are for the last round.
    SECAGG_UNROLL for (int round = 0; round < SECAGG_AES256_ROUND_KEYS - 2; ++round) {
      SECAGG_UNROLL for (int i = 0; i < REGISTERS; ++i) {
        x[i] = vaesmcq_u8(vaeseq_u8(x[i], k[round]));
      }
    }
    SECAGG_UNROLL for (int i = 0; i < REGISTERS; ++i) {
      const uint8x16_t last = vaeseq_u8(x[i], k[SECAGG_AES256_ROUND_KEYS - 2]);
      const uint64x2_t stream =
          vreinterpretq_u64_u8(veorq_u8(last, k[SECAGG_AES256_ROUND_KEYS - 1]));
      uint64_t *target = words + i * SECAGG_AES256_WORDS_PER_BLOCK;
      const uint64x2_t sum = vld1q_u64(target);
      vst1q_u64(target, subtract ? vsubq_u64(sum, stream) : vaddq_u64(sum, stream));
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

const secagg_mask_implementation secagg_aes256ctr_armv8 = {
    .features = SECAGG_ARM_AES,
    .words_per_block = SECAGG_AES256_WORDS_PER_BLOCK,
    .words_per_group = GROUP,
    .expand_key = secagg_aes256_expand_key,
    .add = add,
    .subtract = subtract,
};

#endif
