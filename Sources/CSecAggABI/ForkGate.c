#include "fork_gate.h"

#include <pthread.h>

static pthread_rwlock_t gate = PTHREAD_RWLOCK_INITIALIZER;

void secagg_fork_gate_enter(void) { pthread_rwlock_rdlock(&gate); }

void secagg_fork_gate_leave(void) { pthread_rwlock_unlock(&gate); }

static void close_gate(void) { pthread_rwlock_wrlock(&gate); }

static void open_in_parent(void) { pthread_rwlock_unlock(&gate); }

/* The child's thread is another one than the parent's that closed the gate, so it begins with a new gate. */
static void open_in_child(void) {
  gate = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
}

__attribute__((constructor)) static void register_gate(void) {
  (void)pthread_atfork(close_gate, open_in_parent, open_in_child);
}
