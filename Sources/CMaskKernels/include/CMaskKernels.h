#ifndef CMASKKERNELS_H
#define CMASKKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Key streams added to and subtracted from vectors of 64-bit words, without a buffer between
/// cipher and vector: blocks are made, transposed and combined in registers.
///
/// A key stream is read as little-endian 64-bit words. All kernels of a cipher give the same
/// words. They hold no state, branch on nothing secret, look nothing up in memory by a secret, and
/// wipe key and key stream from the stack. In unoptimised builds some of it can stay there, and
/// vector registers are left as they are.

/// The ciphers; the values are those of the mask cipher in the protocol.
typedef enum secagg_mask_cipher {
  /// ChaCha20 (RFC 8439, section 2.4), nonce of 12 zero bytes, 32-bit block counter from 0:
  /// 8 words a block.
  SECAGG_MASK_CIPHER_CHACHA20 = 1,
  /// AES-256 in counter mode (NIST SP 800-38A, section 6.5), the first counter block all zeros,
  /// 128-bit big-endian counter: 2 words a block.
  SECAGG_MASK_CIPHER_AES256CTR = 2,
} secagg_mask_cipher;

/// The kernels of all architectures, those of one cipher from the fastest to the slowest; there
/// is no AES without AES instructions. A value, so that it can be kept in a constant and shared.
typedef enum secagg_mask_kernel {
  SECAGG_MASK_KERNEL_NONE = 0,
  SECAGG_MASK_KERNEL_CHACHA20_AVX512 = 1,
  SECAGG_MASK_KERNEL_CHACHA20_AVX2 = 2,
  SECAGG_MASK_KERNEL_CHACHA20_NEON = 3,
  SECAGG_MASK_KERNEL_CHACHA20_PORTABLE = 4,
  SECAGG_MASK_KERNEL_AES256CTR_VAES512 = 5,
  SECAGG_MASK_KERNEL_AES256CTR_VAES256 = 6,
  SECAGG_MASK_KERNEL_AES256CTR_AESNI = 7,
  SECAGG_MASK_KERNEL_AES256CTR_ARMV8 = 8,
} secagg_mask_kernel;

/// The number of kernels; their values are 1...count.
uint32_t secagg_mask_kernel_count(void);

/// The kernel's name, such as "ChaCha20 AVX-512"; "none" if there is no such kernel.
const char *secagg_mask_kernel_name(secagg_mask_kernel kernel);

/// The kernel's cipher; 0 if there is no such kernel.
secagg_mask_cipher secagg_mask_kernel_cipher(secagg_mask_kernel kernel);

/// Whether the kernel was compiled for this architecture, the processor has its instructions and
/// the operating system keeps its registers. Asks the processor each time (microseconds in a
/// virtual machine): ask once and keep the answer.
bool secagg_mask_kernel_is_supported(secagg_mask_kernel kernel);

/// The fastest supported kernel of `cipher`, or SECAGG_MASK_KERNEL_NONE. ChaCha20 always has one.
/// Asks the processor each time.
secagg_mask_kernel secagg_mask_kernel_best(secagg_mask_cipher cipher);

/// Adds words offset, offset + 1, ... of the key stream of `key` to `count` words, modulo 2^64.
///
/// Preconditions: `kernel` is supported (one that is not compiled in traps: doing nothing would
/// let a vector go without its mask); `key` has 32 bytes; offset + count <= 2^35 for ChaCha20
/// (its counter has 32 bits) and <= 2^64 for AES.
void secagg_mask_add(
    secagg_mask_kernel kernel, const uint8_t *key, uint64_t offset,
    uint64_t *words, size_t count);

/// Subtracts what `secagg_mask_add` adds, under the same preconditions.
void secagg_mask_subtract(
    secagg_mask_kernel kernel, const uint8_t *key, uint64_t offset,
    uint64_t *words, size_t count);

#endif
