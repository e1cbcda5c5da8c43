/* Not part of the interface: the library's own. */
#ifndef SECAGG_FORK_GATE_H
#define SECAGG_FORK_GATE_H

/* A gate that a fork closes. Threads stand inside while they hold a lock that the child must not inherit: the
 * child has none of these threads, so that nobody would ever let go. A fork waits until all have left. */
void secagg_fork_gate_enter(void);
void secagg_fork_gate_leave(void);

#endif
