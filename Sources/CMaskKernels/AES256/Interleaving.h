#ifndef SECAGG_INTERLEAVING_H
#define SECAGG_INTERLEAVING_H

/// An empty statement for which all eight registers must be ready. Put after each round it makes
/// Clang go through the rounds block by block, not through the blocks round by round, so that one
/// block's latency is spent on the others (a fifth of the time on Zen 5).
#define SECAGG_READY_TOGETHER(x)                                                               \
  __asm__(""                                                                                   \
          : "+v"((x)[0]), "+v"((x)[1]), "+v"((x)[2]), "+v"((x)[3]), "+v"((x)[4]), "+v"((x)[5]), \
            "+v"((x)[6]), "+v"((x)[7]))

#endif
