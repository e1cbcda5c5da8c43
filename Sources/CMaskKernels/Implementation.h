// What a kernel consists of. One file defines each; Kernels.c lists them all.
#ifndef SECAGG_MASK_IMPLEMENTATION_H
#define SECAGG_MASK_IMPLEMENTATION_H

#include "CMaskKernels.h"

#if defined(__x86_64__)
#define SECAGG_X86_64 1
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define SECAGG_ARM64 1
#endif

#define SECAGG_INTERNAL __attribute__((visibility("hidden")))

#if defined(__clang__)
#define SECAGG_UNROLL _Pragma("clang loop unroll(full)")
#else
#define SECAGG_UNROLL _Pragma("GCC unroll 16")
#endif

enum {
  SECAGG_AES256_ROUND_KEYS = 15,
  SECAGG_AES256_WORDS_PER_BLOCK = 2,
  SECAGG_CHACHA20_WORDS_PER_BLOCK = 8,
  /// The most words that any kernel makes at a time.
  SECAGG_LARGEST_GROUP = 128,
};

/// A key as a kernel wants it.
typedef union {
  uint32_t chacha20[8];
  _Alignas(16) uint8_t aes256[SECAGG_AES256_ROUND_KEYS][16];
} secagg_expanded_key;

/// Combines the key stream from the start of block `block` with `groups` whole groups of words.
typedef void secagg_combine_groups(
    const secagg_expanded_key *key, uint64_t block, uint64_t *words, size_t groups);

typedef struct {
  /// What the processor must have, as bits of `secagg_processor_feature`.
  uint32_t features;
  /// Words per block of the cipher, and the words that the kernel makes at a time.
  uint32_t words_per_block, words_per_group;
  void (*expand_key)(secagg_expanded_key *expanded, const uint8_t key[32]);
  secagg_combine_groups *add, *subtract;
} secagg_mask_implementation;

SECAGG_INTERNAL extern const secagg_mask_implementation secagg_chacha20_portable;
#if SECAGG_X86_64
SECAGG_INTERNAL extern const secagg_mask_implementation secagg_chacha20_avx512;
SECAGG_INTERNAL extern const secagg_mask_implementation secagg_chacha20_avx2;
SECAGG_INTERNAL extern const secagg_mask_implementation secagg_aes256ctr_vaes512;
SECAGG_INTERNAL extern const secagg_mask_implementation secagg_aes256ctr_vaes256;
SECAGG_INTERNAL extern const secagg_mask_implementation secagg_aes256ctr_aesni;
#elif SECAGG_ARM64
SECAGG_INTERNAL extern const secagg_mask_implementation secagg_chacha20_neon;
SECAGG_INTERNAL extern const secagg_mask_implementation secagg_aes256ctr_armv8;
#endif

SECAGG_INTERNAL void secagg_chacha20_expand_key(
    secagg_expanded_key *expanded, const uint8_t key[32]);
SECAGG_INTERNAL void secagg_aes256_expand_key(
    secagg_expanded_key *expanded, const uint8_t key[32]);

#endif
