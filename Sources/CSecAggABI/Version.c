/* The versions are those of the header that the library was built with. */
#include "secagg.h"

const char *secagg_version(void) { return "0.1.0"; }

uint32_t secagg_abi_version(void) {
  return (uint32_t)SECAGG_ABI_MAJOR << 16 | SECAGG_ABI_MINOR;
}
