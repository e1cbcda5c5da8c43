#ifndef COMPILATION_H
#define COMPILATION_H

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define HAS_AVX2_VARIANT 1
#define AVX2 __attribute__((target("avx2,fma")))

/// Whether processor and operating system support the variants for AVX2.
ALWAYS_INLINE _Bool supports_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

#endif
