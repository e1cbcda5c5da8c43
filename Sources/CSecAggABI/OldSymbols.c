/* glibc 2.35 gave hypot a new version, whose result is the same. Libraries that use the version before it run on
 * glibc 2.34 too. `Scripts/build-library.sh` tells the linker to take these functions instead. */
#include <stdlib.h>

#if defined(__linux__) && defined(__GLIBC__) && (defined(__x86_64__) || defined(__aarch64__))

#ifdef __x86_64__
#define BEFORE "GLIBC_2.2.5"
#else
#define BEFORE "GLIBC_2.17"
#endif

__asm__(".symver secagg_hypot, hypot@" BEFORE);
__asm__(".symver secagg_hypotf, hypotf@" BEFORE);

double secagg_hypot(double x, double y);
float secagg_hypotf(float x, float y);
double __wrap_hypot(double x, double y);
float __wrap_hypotf(float x, float y);

double __wrap_hypot(double x, double y) { return secagg_hypot(x, y); }
float __wrap_hypotf(float x, float y) { return secagg_hypotf(x, y); }

#endif
