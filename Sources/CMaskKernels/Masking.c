// Ranges of any offset and length, out of kernels that know whole groups of blocks only.
#include "CMaskKernels.h"
#include "Implementation.h"
#include "Kernels.h"
#include "Wiping.h"

/// More than a kernel's stack frame in an optimised build: Clang's have at most 0.7 KiB, GCC's 3.2.
/// Tests/CrossArchitecture looks for what stayed.
#if defined(__clang__)
enum { KERNEL_STACK = 1024 };
#else
enum { KERNEL_STACK = 4096 };
#endif

/// Wipes the stack where kernels called from the same function have spilled key and key stream. The
/// area asks for no alignment: that could leave a gap above it.
__attribute__((noinline)) static void wipe_kernel_stack(void) {
  uint8_t area[KERNEL_STACK];
  secagg_wipe(area, sizeof area);
}

static inline __attribute__((always_inline)) void combine(
    secagg_mask_kernel kernel, const uint8_t *key, uint64_t offset, uint64_t *words, size_t count,
    bool subtract) {
  const secagg_mask_implementation *implementation = secagg_mask_implementation_of(kernel);
  if (!implementation) __builtin_trap();
  if (count == 0) return;

  secagg_combine_groups *combine_groups =
      subtract ? implementation->subtract : implementation->add;
  const size_t group = implementation->words_per_group;
  const size_t blocks_per_group = group / implementation->words_per_block;
  uint64_t block = offset / implementation->words_per_block;
  // Words of the first block that belong to what lies before the range.
  size_t skipped = offset % implementation->words_per_block;

  secagg_expanded_key expanded;
  implementation->expand_key(&expanded, key);

  while (count > 0) {
    if (skipped == 0 && count >= group) {
      const size_t groups = count / group;
      combine_groups(&expanded, block, words, groups);
      block += groups * blocks_per_group;
      words += groups * group;
      count -= groups * group;
    } else {
      // The range begins or ends inside of this group: combined with zeros the group is the key
      // stream, or what subtracts it when added.
      _Alignas(64) uint64_t stream[SECAGG_LARGEST_GROUP];
      memset(stream, 0, group * sizeof stream[0]);
      combine_groups(&expanded, block, stream, 1);
      const size_t part = count < group - skipped ? count : group - skipped;
      for (size_t i = 0; i < part; ++i) words[i] += stream[skipped + i];
      secagg_wipe(stream, group * sizeof stream[0]);
      block += blocks_per_group;
      words += part;
      count -= part;
      skipped = 0;
    }
  }

  secagg_wipe(&expanded, sizeof expanded);
  wipe_kernel_stack();
}

void secagg_mask_add(
    secagg_mask_kernel kernel, const uint8_t *key, uint64_t offset, uint64_t *words, size_t count) {
  combine(kernel, key, offset, words, count, false);
}

void secagg_mask_subtract(
    secagg_mask_kernel kernel, const uint8_t *key, uint64_t offset, uint64_t *words, size_t count) {
  combine(kernel, key, offset, words, count, true);
}
