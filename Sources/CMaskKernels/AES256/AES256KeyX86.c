// The key expansion of AES-256 (FIPS 197, section 5.2) with AES-NI.
#include "../Implementation.h"

#if SECAGG_X86_64
#include <immintrin.h>

#define TARGET __attribute__((target("aes,ssse3")))

/// Words w, w ^ x, w ^ x ^ y, w ^ x ^ y ^ z of the words w, x, y, z.
TARGET static inline __m128i running_xor(__m128i v) {
  v = _mm_xor_si128(v, _mm_slli_si128(v, 4));
  return _mm_xor_si128(v, _mm_slli_si128(v, 8));
}

TARGET void secagg_aes256_expand_key(secagg_expanded_key *expanded, const uint8_t key[32]) {
  // SubWord of the last word before: in all four places the last round of AES is SubBytes on it, as
  // ShiftRows moves bytes among equal columns only. RotWord comes with the shuffle.
  const __m128i last_rotated = _mm_set1_epi32(0x0c0f0e0d), last = _mm_set1_epi32(0x0f0e0d0c);
  __m128i even = _mm_loadu_si128((const __m128i *)key);
  __m128i odd = _mm_loadu_si128((const __m128i *)(key + 16));
  __m128i round_constant = _mm_set1_epi32(1);
  __m128i *round_keys = (__m128i *)expanded->aes256;
  _mm_store_si128(&round_keys[0], even);
  _mm_store_si128(&round_keys[1], odd);
  for (int i = 2; i < SECAGG_AES256_ROUND_KEYS; i += 2) {
    const __m128i rotated = _mm_shuffle_epi8(odd, last_rotated);
    even = _mm_xor_si128(running_xor(even), _mm_aesenclast_si128(rotated, round_constant));
    round_constant = _mm_slli_epi32(round_constant, 1);
    _mm_store_si128(&round_keys[i], even);
    if (i + 1 == SECAGG_AES256_ROUND_KEYS) break;
    const __m128i repeated = _mm_shuffle_epi8(even, last);
    odd = _mm_xor_si128(running_xor(odd), _mm_aesenclast_si128(repeated, _mm_setzero_si128()));
    _mm_store_si128(&round_keys[i + 1], odd);
  }
}

#endif
