#ifndef CMEMCHECK_H
#define CMEMCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether the program runs under valgrind. Outside of it all that follows does nothing.
bool memcheck_is_running(void);

/// Marks memory as undefined. memcheck then reports every jump and every address that depends on
/// it, and on whatever is computed from it.
void memcheck_classify(const void *_Nonnull memory, size_t count);

/// Marks only the bits that are 1 in the mask, the same for every 64-bit word.
void memcheck_classify_bits(const uint64_t *_Nonnull words, size_t count, uint64_t mask);

/// Marks memory as defined.
void memcheck_declassify(const void *_Nonnull memory, size_t count);

/// The number of undefined bits; 0 outside of valgrind and for memory that is not addressable.
size_t memcheck_secret_bits(const void *_Nonnull memory, size_t count);

/// The number of errors that memcheck has reported, suppressed ones left out.
size_t memcheck_error_count(void);

/// Writes a line into memcheck's log.
void memcheck_note(const char *_Nonnull line);

/// Whether what libsodium's generator draws is marked undefined from now on.
void memcheck_classify_draws(bool draws_are_secret);

#endif
