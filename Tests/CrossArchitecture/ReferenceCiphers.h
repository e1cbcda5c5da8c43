// The ciphers written down as their standards have them: byte by byte, slow, the same on every
// machine, and without a line in common with the kernels.
#ifndef REFERENCE_CIPHERS_H
#define REFERENCE_CIPHERS_H

#include <stdint.h>

/// Block `counter` of ChaCha20 under a nonce of zeros (RFC 8439, section 2.3).
void reference_chacha20_block(const uint8_t key[32], uint32_t counter, uint8_t block[64]);

/// AES-256 (FIPS 197) of one block.
void reference_aes256(const uint8_t key[32], const uint8_t plaintext[16], uint8_t ciphertext[16]);

#endif
