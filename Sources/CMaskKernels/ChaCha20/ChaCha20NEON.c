// ChaCha20 with NEON: four blocks at a time, one of the state's words in each register.
#include "ChaCha20.h"

#if SECAGG_ARM64
#include <arm_neon.h>

#define INLINE static inline __attribute__((always_inline))
enum { LANES = 4, GROUP = LANES * SECAGG_CHACHA20_WORDS_PER_BLOCK };

#define ROTATE_BY_16(v) vreinterpretq_u32_u16(vrev32q_u16(vreinterpretq_u16_u32(v)))
#define ROTATE_BY_8(v) vreinterpretq_u32_u8(vqtbl1q_u8(vreinterpretq_u8_u32(v), by_8))
#define ROTATE_BY_12(v) vsriq_n_u32(vshlq_n_u32(v, 12), v, 20)
#define ROTATE_BY_7(v) vsriq_n_u32(vshlq_n_u32(v, 7), v, 25)
#define STEP(a, b, d, rotate) a = vaddq_u32(a, b), d = veorq_u32(d, a), d = rotate(d)
#define QUARTER_ROUND(a, b, c, d) \
  do {                            \
    STEP(a, b, d, ROTATE_BY_16);  \
    STEP(c, d, b, ROTATE_BY_12);  \
    STEP(a, b, d, ROTATE_BY_8);   \
    STEP(c, d, b, ROTATE_BY_7);   \
  } while (0)

/// Transposes 4 x 4 words: register i then has the four words of block i.
INLINE void transpose_words(uint32x4_t x[4]) {
  const uint64x2_t a = vreinterpretq_u64_u32(vzip1q_u32(x[0], x[1]));
  const uint64x2_t b = vreinterpretq_u64_u32(vzip1q_u32(x[2], x[3]));
  const uint64x2_t c = vreinterpretq_u64_u32(vzip2q_u32(x[0], x[1]));
  const uint64x2_t d = vreinterpretq_u64_u32(vzip2q_u32(x[2], x[3]));
  x[0] = vreinterpretq_u32_u64(vzip1q_u64(a, b));
  x[1] = vreinterpretq_u32_u64(vzip2q_u64(a, b));
  x[2] = vreinterpretq_u32_u64(vzip1q_u64(c, d));
  x[3] = vreinterpretq_u32_u64(vzip2q_u64(c, d));
}

INLINE void combine(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups,
    bool subtract) {
  static const uint8_t rotation_by_8[16] = {3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14};
  static const uint32_t lane_numbers[LANES] = {0, 1, 2, 3};
  const uint8x16_t by_8 = vld1q_u8(rotation_by_8);
  uint32x4_t counter = vaddq_u32(vdupq_n_u32((uint32_t)block), vld1q_u32(lane_numbers));
  for (; groups > 0; --groups, words += GROUP) {
    uint32x4_t x[16];
    SECAGG_UNROLL for (int i = 0; i < 4; ++i) x[i] = vdupq_n_u32(chacha20_constants[i]);
    SECAGG_UNROLL for (int i = 0; i < 8; ++i) x[4 + i] = vdupq_n_u32(key->chacha20[i]);
    x[12] = counter;
    x[13] = x[14] = x[15] = vdupq_n_u32(0);

    for (int i = 0; i < CHACHA20_DOUBLE_ROUNDS; ++i) CHACHA20_DOUBLE_ROUND(QUARTER_ROUND, x);

    SECAGG_UNROLL for (int i = 0; i < 4; ++i) {
      x[i] = vaddq_u32(x[i], vdupq_n_u32(chacha20_constants[i]));
    }
    SECAGG_UNROLL for (int i = 0; i < 8; ++i) {
      x[4 + i] = vaddq_u32(x[4 + i], vdupq_n_u32(key->chacha20[i]));
    }
    x[12] = vaddq_u32(x[12], counter);
    counter = vaddq_u32(counter, vdupq_n_u32(LANES));

    SECAGG_UNROLL for (int row = 0; row < 16; row += 4) transpose_words(x + row);
    SECAGG_UNROLL for (int i = 0; i < 16; ++i) {
      // Register i has words 4 (i / 4)... of block i % 4.
      uint64_t *target = words + (i % 4) * SECAGG_CHACHA20_WORDS_PER_BLOCK + (i / 4) * 2;
      const uint64x2_t sum = vld1q_u64(target), stream = vreinterpretq_u64_u32(x[i]);
      vst1q_u64(target, subtract ? vsubq_u64(sum, stream) : vaddq_u64(sum, stream));
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

const secagg_mask_implementation secagg_chacha20_neon = {
    .features = SECAGG_NEON,
    .words_per_block = SECAGG_CHACHA20_WORDS_PER_BLOCK,
    .words_per_group = GROUP,
    .expand_key = secagg_chacha20_expand_key,
    .add = add,
    .subtract = subtract,
};

#endif
