#include "ReferenceCiphers.h"

#include <string.h>

static uint32_t rotate_left(uint32_t v, int n) { return v << n | v >> (32 - n); }

static void quarter_round(uint32_t x[16], int a, int b, int c, int d) {
  x[a] += x[b], x[d] = rotate_left(x[d] ^ x[a], 16);
  x[c] += x[d], x[b] = rotate_left(x[b] ^ x[c], 12);
  x[a] += x[b], x[d] = rotate_left(x[d] ^ x[a], 8);
  x[c] += x[d], x[b] = rotate_left(x[b] ^ x[c], 7);
}

void reference_chacha20_block(const uint8_t key[32], uint32_t counter, uint8_t block[64]) {
  uint8_t state[64] = "expand 32-byte k";
  memcpy(state + 16, key, 32);
  for (int i = 0; i < 4; ++i) state[48 + i] = (uint8_t)(counter >> 8 * i);

  uint32_t start[16], x[16];
  for (int i = 0; i < 16; ++i) {
    start[i] = 0;
    for (int byte = 0; byte < 4; ++byte) start[i] |= (uint32_t)state[4 * i + byte] << 8 * byte;
    x[i] = start[i];
  }
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 4; ++i) {
      const int shift = round % 2;  // columns, then diagonals
      quarter_round(
          x, i, 4 + (i + shift) % 4, 8 + (i + 2 * shift) % 4, 12 + (i + 3 * shift) % 4);
    }
  }
  for (int i = 0; i < 64; ++i) block[i] = (uint8_t)((x[i / 4] + start[i / 4]) >> 8 * (i % 4));
}

/// Product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197, section 4.2).
static uint8_t product(uint8_t a, uint8_t b) {
  uint8_t sum = 0;
  for (; b; b >>= 1, a = (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1b : 0))) {
    if (b & 1) sum ^= a;
  }
  return sum;
}

/// The S-box computed: the inverse, which is the 254th power, then the affine map (section 5.1.1).
static uint8_t substitute(uint8_t byte) {
  uint8_t inverse = 1;
  for (int i = 0; i < 254; ++i) inverse = product(inverse, byte);
  uint8_t result = 0x63;
  for (int i = 0; i < 5; ++i) result ^= (uint8_t)(inverse << i | inverse >> (8 - i));
  return result;
}

static const uint8_t *s_box(void) {
  static uint8_t table[256];
  if (table[0] == 0) {
    for (int i = 0; i < 256; ++i) table[i] = substitute((uint8_t)i);
  }
  return table;
}

void reference_aes256(const uint8_t key[32], const uint8_t plaintext[16], uint8_t ciphertext[16]) {
  const uint8_t *s = s_box();
  uint8_t words[60][4];  // section 5.2
  memcpy(words, key, 32);
  uint8_t round_constant = 1;
  for (int i = 8; i < 60; ++i) {
    for (int byte = 0; byte < 4; ++byte) {
      uint8_t mixed = words[i - 1][byte];
      if (i % 8 == 0) mixed = s[words[i - 1][(byte + 1) % 4]] ^ (byte == 0 ? round_constant : 0);
      if (i % 8 == 4) mixed = s[mixed];
      words[i][byte] = words[i - 8][byte] ^ mixed;
    }
    if (i % 8 == 0) round_constant = product(round_constant, 2);
  }

  uint8_t state[16];  // byte 4c + r is row r of column c
  for (int i = 0; i < 16; ++i) state[i] = plaintext[i] ^ words[i / 4][i % 4];
  for (int round = 1; round <= 14; ++round) {
    uint8_t shifted[16];
    for (int i = 0; i < 16; ++i) shifted[i] = s[state[(i + 4 * (i % 4)) % 16]];
    for (int i = 0; i < 16; ++i) {
      const uint8_t *column = shifted + i / 4 * 4;
      const uint8_t mixed = product(column[i % 4], 2) ^ product(column[(i + 1) % 4], 3) ^
                            column[(i + 2) % 4] ^ column[(i + 3) % 4];
      state[i] = (round == 14 ? shifted[i] : mixed) ^ words[4 * round + i / 4][i % 4];
    }
  }
  memcpy(ciphertext, state, 16);
}
