// The key expansion of AES-256 (FIPS 197, section 5.2) with the ARMv8 AES instructions.
#include "../Implementation.h"

#if SECAGG_ARM64
#include <arm_neon.h>

// GCC 12 has the AES intrinsics under this name only; no SHA instruction is used.
#define TARGET __attribute__((target("+crypto")))

/// Words w, w ^ x, w ^ x ^ y, w ^ x ^ y ^ z of the words w, x, y, z.
TARGET static inline uint8x16_t running_xor(uint8x16_t v) {
  const uint8x16_t zero = vdupq_n_u8(0);
  v = veorq_u8(v, vextq_u8(zero, v, 12));
  return veorq_u8(v, vextq_u8(zero, v, 8));
}

/// SubWord of the last word, in all four places: AESE with a key of zeros is SubBytes there, as
/// ShiftRows moves bytes among equal columns only.
TARGET static inline uint8x16_t substitute_last(uint8x16_t v) {
  const uint32x4_t last = vdupq_laneq_u32(vreinterpretq_u32_u8(v), 3);
  return vaeseq_u8(vreinterpretq_u8_u32(last), vdupq_n_u8(0));
}

/// RotWord in all four places.
TARGET static inline uint8x16_t rotate_words(uint8x16_t v) {
  const uint32x4_t words = vreinterpretq_u32_u8(v);
  return vreinterpretq_u8_u32(vsriq_n_u32(vshlq_n_u32(words, 24), words, 8));
}

TARGET void secagg_aes256_expand_key(secagg_expanded_key *expanded, const uint8_t key[32]) {
  uint8x16_t even = vld1q_u8(key), odd = vld1q_u8(key + 16);
  uint32x4_t round_constant = vdupq_n_u32(1);
  vst1q_u8(expanded->aes256[0], even);
  vst1q_u8(expanded->aes256[1], odd);
  for (int i = 2; i < SECAGG_AES256_ROUND_KEYS; i += 2) {
    const uint8x16_t mixed =
        veorq_u8(rotate_words(substitute_last(odd)), vreinterpretq_u8_u32(round_constant));
    even = veorq_u8(running_xor(even), mixed);
    round_constant = vshlq_n_u32(round_constant, 1);
    vst1q_u8(expanded->aes256[i], even);
    if (i + 1 == SECAGG_AES256_ROUND_KEYS) break;
    odd = veorq_u8(running_xor(odd), substitute_last(even));
    vst1q_u8(expanded->aes256[i + 1], odd);
  }
}

#endif
