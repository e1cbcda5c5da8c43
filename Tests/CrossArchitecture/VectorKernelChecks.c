// Checks the loops of CVectorKernels against plain ones.
#include <math.h>
#include <stdlib.h>

#include "CVectorKernels.h"
#include "Checks.h"

enum { MOST_ROWS = 23 };

/// From -1 to 1.
static double random_double(void) { return (double)(int64_t)random_number() / 0x1p63; }

static double plain_sum(const double *left, const double *right, bool product) {
  double sum = 0;
  for (size_t column = 0; column < FLMATH_BLOCK_COLUMNS; ++column) {
    const double difference = left[column] - right[column];
    sum += product ? left[column] * right[column] : difference * difference;
  }
  return sum;
}

static void check_sums(size_t rows, bool product) {
  static double block[MOST_ROWS * FLMATH_BLOCK_COLUMNS];
  static double sums[MOST_ROWS * MOST_ROWS];
  for (size_t i = 0; i < rows * FLMATH_BLOCK_COLUMNS; ++i) block[i] = random_double();
  for (size_t i = 0; i < rows * rows; ++i) sums[i] = 1;
  if (product) {
    flmath_add_inner_products(block, rows, sums);
  } else {
    flmath_add_squared_distances(block, rows, sums);
  }
  for (size_t row = 0; row < rows; ++row) {
    for (size_t other = 0; other < rows; ++other) {
      const bool is_added = product ? other >= row : other > row;
      const double expected =
          is_added ? 1 + plain_sum(block + row * FLMATH_BLOCK_COLUMNS,
                                   block + other * FLMATH_BLOCK_COLUMNS, product)
                   : 1;
      check(fabs(sums[row * rows + other] - expected) <= 1e-12, SECAGG_MASK_KERNEL_NONE,
            product ? "inner products" : "squared distances", row * rows + other);
    }
  }
}

static void check_exchanges(void) {
  static double block[MOST_ROWS * FLMATH_SORTED_COLUMNS], before[MOST_ROWS * FLMATH_SORTED_COLUMNS];
  static uint32_t pairs[2 * MOST_ROWS * MOST_ROWS];
  for (size_t i = 0; i < MOST_ROWS * FLMATH_SORTED_COLUMNS; ++i) {
    before[i] = block[i] = random_number() % 4 ? random_double() : 0;
  }
  size_t count = 0;
  for (uint32_t pass = 0; pass < MOST_ROWS; ++pass) {
    for (uint32_t row = 0; row + 1 < MOST_ROWS; ++row) {
      pairs[2 * count] = row;
      pairs[2 * count + 1] = row + 1;
      ++count;
    }
  }
  flmath_exchange_rows(block, pairs, count);
  for (size_t column = 0; column < FLMATH_SORTED_COLUMNS; ++column) {
    double sum = 0, sum_before = 0;
    for (size_t row = 0; row < MOST_ROWS; ++row) {
      const double value = block[row * FLMATH_SORTED_COLUMNS + column];
      sum += value;
      sum_before += before[row * FLMATH_SORTED_COLUMNS + column];
      check(row == 0 || block[(row - 1) * FLMATH_SORTED_COLUMNS + column] <= value,
            SECAGG_MASK_KERNEL_NONE, "order of rows", row);
    }
    check(fabs(sum - sum_before) <= 1e-12, SECAGG_MASK_KERNEL_NONE, "numbers in rows", column);
  }
}

void check_vector_kernels(void) {
  for (size_t rows = 1; rows <= MOST_ROWS; ++rows) {
    check_sums(rows, false);
    check_sums(rows, true);
  }
  check_exchanges();
}
