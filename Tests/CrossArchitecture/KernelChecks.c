// Checks every kernel that this processor supports, on any architecture: against published
// vectors, against the reference ciphers over many ranges, and for what it leaves on the stack.
// Prints what ran, and exits with 1 if anything failed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CMaskKernels.h"
#include "Checks.h"
#include "PublishedVectors.h"
#include "ReferenceCiphers.h"

#if defined(__linux__) && defined(__aarch64__)
#include <sys/auxv.h>
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t little_endian(const uint8_t *bytes) {
  uint64_t word = 0;
  for (int i = 0; i < 8; ++i) word |= (uint64_t)bytes[i] << 8 * i;
  return word;
}

static void bytes_of_hex(const char *digits, uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const char pair[3] = {digits[2 * i], digits[2 * i + 1], 0};
    bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
  }
}

static void reference_words(
    secagg_mask_cipher cipher, const uint8_t key[32], uint64_t offset, uint64_t *words,
    size_t count) {
  const uint64_t per_block = cipher == SECAGG_MASK_CIPHER_CHACHA20 ? 8 : 2;
  uint8_t block[64];
  uint64_t made = UINT64_MAX;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t number = (offset + i) / per_block;
    if (number != made && cipher == SECAGG_MASK_CIPHER_CHACHA20) {
      reference_chacha20_block(key, (uint32_t)number, block);
    } else if (number != made) {
      uint8_t counter[16] = {0};
      for (int byte = 0; byte < 8; ++byte) counter[15 - byte] = (uint8_t)(number >> 8 * byte);
      reference_aes256(key, counter, block);
    }
    made = number;
    words[i] = little_endian(block + 8 * ((offset + i) % per_block));
  }
}

static void check_published(
    secagg_mask_kernel kernel, const published_vector *vectors, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint8_t key[32], stream[64];
    const size_t words = strlen(vectors[i].stream) / 16;
    bytes_of_hex(vectors[i].key, key, 32);
    bytes_of_hex(vectors[i].stream, stream, 8 * words);
    uint64_t result[8] = {0}, reference[8];
    const uint64_t offset = vectors[i].block * words;
    secagg_mask_add(kernel, key, offset, result, words);
    reference_words(secagg_mask_kernel_cipher(kernel), key, offset, reference, words);
    bool equal = true, reference_equal = true;
    for (size_t word = 0; word < words; ++word) {
      equal = equal && result[word] == little_endian(stream + 8 * word);
      reference_equal = reference_equal && reference[word] == little_endian(stream + 8 * word);
    }
    check(equal, kernel, "published vector", i);
    check(reference_equal, kernel, "published vector of the reference", i);
  }
}

enum { LONGEST = 700, GUARD = 16 };

/// Adds and subtracts one range amid guard words.
static void check_range(secagg_mask_kernel kernel, uint64_t offset, size_t count) {
  uint8_t key[32];
  for (int i = 0; i < 32; ++i) key[i] = (uint8_t)random_number();
  static uint64_t before[LONGEST + 2 * GUARD], words[LONGEST + 2 * GUARD], stream[LONGEST];
  const size_t start = random_number() % GUARD, all = count + 2 * GUARD;
  for (size_t i = 0; i < all; ++i) before[i] = words[i] = random_number();
  reference_words(secagg_mask_kernel_cipher(kernel), key, offset, stream, count);

  secagg_mask_add(kernel, key, offset, words + start, count);
  bool added = true, untouched = true;
  for (size_t i = 0; i < all; ++i) {
    const bool inside = i >= start && i < start + count;
    if (inside) added = added && words[i] == before[i] + stream[i - start];
    if (!inside) untouched = untouched && words[i] == before[i];
  }
  check(added, kernel, "sum at offset", offset);
  check(untouched, kernel, "words around the range at offset", offset);
  secagg_mask_subtract(kernel, key, offset, words + start, count);
  check(memcmp(words, before, all * sizeof words[0]) == 0, kernel, "difference at offset", offset);
}

static void check_ranges(secagg_mask_kernel kernel) {
  const bool chacha20 = secagg_mask_kernel_cipher(kernel) == SECAGG_MASK_CIPHER_CHACHA20;
  for (uint64_t offset = 0; offset <= 18; ++offset) {
    for (size_t count = 0; count <= 160; ++count) check_range(kernel, offset, count);
  }
  for (int i = 0; i < 500; ++i) {
    const uint64_t offset = random_number() >> (chacha20 ? 29 : 1);
    const size_t count = random_number() % LONGEST;
    const uint64_t rest = (UINT64_C(1) << 35) - offset;
    check_range(kernel, offset, chacha20 && count > rest ? rest : count);
  }
  // Where a 32-bit part of the counter carries, or its sign bit changes, within the range.
  static const uint64_t chacha20_borders[] = {UINT64_C(1) << 34};
  static const uint64_t aes256_borders[] = {
      UINT64_C(1) << 9, UINT64_C(1) << 32, UINT64_C(1) << 33, UINT64_C(5) << 33,
      UINT64_C(1) << 41, UINT64_C(1) << 63};
  const uint64_t *borders = chacha20 ? chacha20_borders : aes256_borders;
  const size_t border_count = chacha20 ? COUNT(chacha20_borders) : COUNT(aes256_borders);
  for (size_t i = 0; i < border_count; ++i) {
    for (uint64_t before = 0; before <= 40; ++before) {
      check_range(kernel, borders[i] - before, before + 150);
    }
  }
  // The last words of the stream.
  const uint64_t end = chacha20 ? UINT64_C(1) << 35 : 0;
  for (size_t count = 0; count <= 160; ++count) check_range(kernel, end - count, count);
}

static void check_list(void) {
  for (int cipher = 1; cipher <= 2; ++cipher) {
    secagg_mask_kernel first = SECAGG_MASK_KERNEL_NONE;
    for (uint32_t i = secagg_mask_kernel_count(); i > 0; --i) {
      const secagg_mask_kernel kernel = (secagg_mask_kernel)i;
      if (secagg_mask_kernel_is_supported(kernel) &&
          secagg_mask_kernel_cipher(kernel) == (secagg_mask_cipher)cipher) {
        first = kernel;
      }
    }
    const secagg_mask_kernel best = secagg_mask_kernel_best((secagg_mask_cipher)cipher);
    check(best == first, best, "the best kernel is the first supported one", 0);
  }
  const secagg_mask_kernel beyond = (secagg_mask_kernel)(secagg_mask_kernel_count() + 1);
  check(!secagg_mask_kernel_is_supported(beyond), beyond, "beyond the last kernel", 0);
}

/// That the kernels are found supported where the compiler's runtime, or on ARM the system, sees
/// their instructions: a kernel that is never found would never be checked either.
static void check_detection(void) {
  bool expected[SECAGG_MASK_KERNEL_AES256CTR_ARMV8 + 1] = {
      [SECAGG_MASK_KERNEL_CHACHA20_PORTABLE] = true};
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2"), avx512 = __builtin_cpu_supports("avx512f");
  const bool aes = __builtin_cpu_supports("aes"), vaes = aes && __builtin_cpu_supports("vaes");
  expected[SECAGG_MASK_KERNEL_CHACHA20_AVX2] = avx2;
  expected[SECAGG_MASK_KERNEL_CHACHA20_AVX512] = avx512;
  expected[SECAGG_MASK_KERNEL_AES256CTR_AESNI] = aes;
  expected[SECAGG_MASK_KERNEL_AES256CTR_VAES256] = vaes && avx2;
  expected[SECAGG_MASK_KERNEL_AES256CTR_VAES512] =
      vaes && avx512 && __builtin_cpu_supports("avx512bw");
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
  expected[SECAGG_MASK_KERNEL_CHACHA20_NEON] = true;
#if defined(__linux__)
  expected[SECAGG_MASK_KERNEL_AES256CTR_ARMV8] = (getauxval(AT_HWCAP) & HWCAP_AES) != 0;
#else
  expected[SECAGG_MASK_KERNEL_AES256CTR_ARMV8] = true;  // every Apple processor has it
#endif
#endif
  for (uint32_t i = 0; i < COUNT(expected); ++i) {
    const secagg_mask_kernel kernel = (secagg_mask_kernel)i;
    check(secagg_mask_kernel_is_supported(kernel) == expected[i], kernel, "supported or not", i);
  }
}

int main(void) {
  check_list();
  check_detection();
  for (uint32_t i = 1; i <= secagg_mask_kernel_count(); ++i) {
    const secagg_mask_kernel kernel = (secagg_mask_kernel)i;
    if (!secagg_mask_kernel_is_supported(kernel)) {
      printf("%s: not on this processor\n", secagg_mask_kernel_name(kernel));
      continue;
    }
    const unsigned long before = passed + failed;
    if (secagg_mask_kernel_cipher(kernel) == SECAGG_MASK_CIPHER_CHACHA20) {
      check_published(kernel, chacha20_vectors, COUNT(chacha20_vectors));
    } else {
      check_published(kernel, aes256_vectors, COUNT(aes256_vectors));
    }
    check_ranges(kernel);
    check_stack(kernel);
    printf("%s: %lu checks\n", secagg_mask_kernel_name(kernel), passed + failed - before);
  }
  const unsigned long before = passed + failed;
  check_vector_kernels();
  printf("vector kernels: %lu checks\n", passed + failed - before);
  printf("kernels: %lu passed, %lu failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
