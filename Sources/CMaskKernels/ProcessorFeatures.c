#include "ProcessorFeatures.h"

#if SECAGG_X86_64
#include <cpuid.h>
#include <immintrin.h>
#endif
#if defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(__linux__) && SECAGG_ARM64
#include <sys/auxv.h>
#endif

#if defined(__APPLE__)
static bool apple_reports(const char *name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, NULL, 0) == 0 && value != 0;
}
#endif

#if SECAGG_X86_64

enum { XMM_YMM_STATE = 0x6, ZMM_STATE = 0xe6 };

/// The register sets that the operating system keeps: XCR0 (Intel SDM, volume 1, section 13.3).
__attribute__((target("xsave"))) static uint64_t kept_registers(void) { return _xgetbv(0); }

static bool keeps_zmm(uint64_t kept) {
#if defined(__APPLE__)
  // macOS sets the bits of XCR0 only once a thread has used AVX-512.
  (void)kept;
  return apple_reports("hw.optional.avx512f");
#else
  return (kept & ZMM_STATE) == ZMM_STATE;
#endif
}

// The bits are named by number, after the Intel SDM, volume 2, CPUID.
uint32_t secagg_processor_features(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  uint32_t features = 0;
  if (c >> 9 & 1) features |= SECAGG_SSSE3;
  if (c >> 25 & 1) features |= SECAGG_AESNI;

  const bool has_xgetbv = c >> 27 & 1, has_avx = c >> 28 & 1;
  if (!has_xgetbv || !has_avx) return features;
  const uint64_t kept = kept_registers();
  if ((kept & XMM_YMM_STATE) != XMM_YMM_STATE) return features;

  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return features;
  if (b >> 5 & 1) features |= SECAGG_AVX2;
  if (c >> 9 & 1) features |= SECAGG_VAES;
  if (keeps_zmm(kept)) {
    if (b >> 16 & 1) features |= SECAGG_AVX512F;
    if (b >> 30 & 1) features |= SECAGG_AVX512BW;
  }
  return features;
}

#elif SECAGG_ARM64

uint32_t secagg_processor_features(void) {
  // NEON belongs to the architecture's base; the AES instructions do not.
#if defined(__APPLE__)
  const bool has_aes = apple_reports("hw.optional.arm.FEAT_AES");
#elif defined(__linux__)
  const bool has_aes = getauxval(AT_HWCAP) >> 3 & 1;  // HWCAP_AES
#elif defined(__ARM_FEATURE_AES)
  const bool has_aes = true;
#else
  const bool has_aes = false;
#endif
  return has_aes ? SECAGG_NEON | SECAGG_ARM_AES : SECAGG_NEON;
}

#else

uint32_t secagg_processor_features(void) { return 0; }

#endif
