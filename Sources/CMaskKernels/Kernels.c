// The list of kernels.
#include "CMaskKernels.h"
#include "Implementation.h"
#include "Kernels.h"
#include "ProcessorFeatures.h"

#if SECAGG_X86_64
#define ON_X86_64(implementation) &implementation
#else
#define ON_X86_64(implementation) NULL
#endif
#if SECAGG_ARM64
#define ON_ARM64(implementation) &implementation
#else
#define ON_ARM64(implementation) NULL
#endif
#define CHACHA20 SECAGG_MASK_CIPHER_CHACHA20
#define AES256CTR SECAGG_MASK_CIPHER_AES256CTR

static const struct {
  const char *name;
  secagg_mask_cipher cipher;
  /// NULL where it was not compiled for this architecture.
  const secagg_mask_implementation *implementation;
} kernels[] = {
    {"none", (secagg_mask_cipher)0, NULL},
    {"ChaCha20 AVX-512", CHACHA20, ON_X86_64(secagg_chacha20_avx512)},
    {"ChaCha20 AVX2", CHACHA20, ON_X86_64(secagg_chacha20_avx2)},
    {"ChaCha20 NEON", CHACHA20, ON_ARM64(secagg_chacha20_neon)},
    {"ChaCha20 portable", CHACHA20, &secagg_chacha20_portable},
    {"AES-256-CTR VAES-512", AES256CTR, ON_X86_64(secagg_aes256ctr_vaes512)},
    {"AES-256-CTR VAES-256", AES256CTR, ON_X86_64(secagg_aes256ctr_vaes256)},
    {"AES-256-CTR AES-NI", AES256CTR, ON_X86_64(secagg_aes256ctr_aesni)},
    {"AES-256-CTR ARMv8", AES256CTR, ON_ARM64(secagg_aes256ctr_armv8)},
};
enum { KERNEL_COUNT = sizeof kernels / sizeof kernels[0] - 1 };
_Static_assert(
    (int)KERNEL_COUNT == (int)SECAGG_MASK_KERNEL_AES256CTR_ARMV8,
    "the list and the enumeration differ");

/// The row of `kernel`, that of no kernel for values that are none.
static size_t row(secagg_mask_kernel kernel) {
  return (size_t)kernel <= KERNEL_COUNT ? (size_t)kernel : SECAGG_MASK_KERNEL_NONE;
}

static bool is_supported(size_t row, uint32_t features) {
  const secagg_mask_implementation *implementation = kernels[row].implementation;
  return implementation && (implementation->features & ~features) == 0;
}

const secagg_mask_implementation *secagg_mask_implementation_of(secagg_mask_kernel kernel) {
  return kernels[row(kernel)].implementation;
}

uint32_t secagg_mask_kernel_count(void) { return KERNEL_COUNT; }

const char *secagg_mask_kernel_name(secagg_mask_kernel kernel) { return kernels[row(kernel)].name; }

secagg_mask_cipher secagg_mask_kernel_cipher(secagg_mask_kernel kernel) {
  return kernels[row(kernel)].cipher;
}

bool secagg_mask_kernel_is_supported(secagg_mask_kernel kernel) {
  return is_supported(row(kernel), secagg_processor_features());
}

secagg_mask_kernel secagg_mask_kernel_best(secagg_mask_cipher cipher) {
  const uint32_t features = secagg_processor_features();
  for (size_t row = 1; row <= KERNEL_COUNT; ++row) {
    if (kernels[row].cipher == cipher && is_supported(row, features)) {
      return (secagg_mask_kernel)row;
    }
  }
  return SECAGG_MASK_KERNEL_NONE;
}
