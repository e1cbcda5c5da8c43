// Sums over pairs of rows. A tile of rows by rows is computed at once, so that a number that was loaded
// serves several pairs. The sum of a pair is made the same way in every tile.
#include "CVectorKernels.h"
#include "Compilation.h"

#include <string.h>

enum { LANES = 4, COLUMNS = FLMATH_BLOCK_COLUMNS, LARGEST_TILE = 4 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

/// What a pair adds to its sum.
typedef enum { SQUARED_DIFFERENCE, PRODUCT } summand;

/// Through a pointer: returning wide vectors differs between instruction sets.
ALWAYS_INLINE void load(lanes *loaded, const double *numbers) {
  memcpy(loaded, numbers, sizeof *loaded);
}

/// Adds to `height` by `width` sums, those of the rows from `row` on with the rows from `other` on.
ALWAYS_INLINE void add_tile(
    summand what, size_t height, size_t width, const double *block, size_t rows, size_t row,
    size_t other, double *sums) {
  lanes partial[LARGEST_TILE][LARGEST_TILE];
  memset(partial, 0, sizeof partial);
  for (size_t column = 0; column < COLUMNS; column += LANES) {
    lanes mine[LARGEST_TILE];
    for (size_t i = 0; i < height; ++i) load(&mine[i], block + (row + i) * COLUMNS + column);
    for (size_t j = 0; j < width; ++j) {
      lanes theirs;
      load(&theirs, block + (other + j) * COLUMNS + column);
      for (size_t i = 0; i < height; ++i) {
        if (what == PRODUCT) {
          partial[i][j] += mine[i] * theirs;
        } else {
          const lanes difference = mine[i] - theirs;
          partial[i][j] += difference * difference;
        }
      }
    }
  }
  for (size_t i = 0; i < height; ++i) {
    for (size_t j = 0; j < width; ++j) {
      const lanes sum = partial[i][j];
      sums[(row + i) * rows + other + j] += (sum[0] + sum[2]) + (sum[1] + sum[3]);
    }
  }
}

/// Adds to all sums above the diagonal, and for products to those on it.
ALWAYS_INLINE void add_pairs(
    summand what, size_t height, size_t width, const double *block, size_t rows, double *sums) {
  const size_t first = what == PRODUCT ? 0 : 1;
  size_t row = 0;
  for (; row + height <= rows; row += height) {
    for (size_t i = 0; i < height; ++i) {
      for (size_t j = i + first; j < height; ++j) {
        add_tile(what, 1, 1, block, rows, row + i, row + j, sums);
      }
    }
    size_t other = row + height;
    for (; other + width <= rows; other += width) {
      add_tile(what, height, width, block, rows, row, other, sums);
    }
    for (; other < rows; ++other) add_tile(what, height, 1, block, rows, row, other, sums);
  }
  for (; row < rows; ++row) {
    for (size_t other = row + first; other < rows; ++other) {
      add_tile(what, 1, 1, block, rows, row, other, sums);
    }
  }
}

#if HAS_AVX2_VARIANT
AVX2 static void add_squared_distances_avx2(const double *block, size_t rows, double *squares) {
  add_pairs(SQUARED_DIFFERENCE, 4, 2, block, rows, squares);
}

AVX2 static void add_inner_products_avx2(const double *block, size_t rows, double *products) {
  add_pairs(PRODUCT, 4, 2, block, rows, products);
}
#endif

void flmath_add_squared_distances(const double *block, size_t rows, double *squares) {
#if HAS_AVX2_VARIANT
  if (supports_avx2()) {
    add_squared_distances_avx2(block, rows, squares);
    return;
  }
#endif
  add_pairs(SQUARED_DIFFERENCE, 2, 2, block, rows, squares);
}

void flmath_add_inner_products(const double *block, size_t rows, double *products) {
#if HAS_AVX2_VARIANT
  if (supports_avx2()) {
    add_inner_products_avx2(block, rows, products);
    return;
  }
#endif
  add_pairs(PRODUCT, 2, 2, block, rows, products);
}
