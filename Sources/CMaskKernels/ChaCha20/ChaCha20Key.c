#include "ChaCha20.h"

void secagg_chacha20_expand_key(secagg_expanded_key *expanded, const uint8_t key[32]) {
  for (int i = 0; i < 8; ++i) {
    const uint8_t *bytes = key + 4 * i;
    expanded->chacha20[i] = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
                            (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
  }
}
