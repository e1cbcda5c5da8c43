#ifndef CVECTORKERNELS_H
#define CVECTORKERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Loops over blocks of vectors that take most of the time of robust aggregation rules, each compiled
/// for several instruction sets. The processor is asked for its instructions at run time.

/// The number of columns of a block of rows.
enum { FLMATH_BLOCK_COLUMNS = 256 };

/// Adds the squared distance of every pair of rows of a block.
///
/// `block` has `rows` rows of FLMATH_BLOCK_COLUMNS numbers. `squares` is a matrix of `rows` rows and columns. The
/// function adds to its elements above the diagonal. The distance of a pair does not depend on the other rows. Where
/// the processor has fused multiply-add, its last bits can differ from those of another processor.
void flmath_add_squared_distances(const double *block, size_t rows, double *squares);

/// Adds the inner product of every pair of rows of a block, those of a row with itself included.
///
/// The same as flmath_add_squared_distances otherwise.
void flmath_add_inner_products(const double *block, size_t rows, double *products);

/// The number of columns of a block that is sorted.
enum { FLMATH_SORTED_COLUMNS = 64 };

/// Puts, in every column, the smaller of the numbers in two rows into the first of these rows and the
/// larger into the second, for one pair of rows after the other.
///
/// `block` has rows of FLMATH_SORTED_COLUMNS numbers without NaN. `pairs` has `count` pairs of
/// different row numbers.
void flmath_exchange_rows(double *block, const uint32_t *pairs, size_t count);

#endif
