/* What the interface promises about its structs: a field that moves breaks every program there is. */
#include "secagg.h"

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
#define OFFSET(type, field, offset) \
  _Static_assert(offsetof(type, field) == (offset), #type "." #field)

SIZE(secagg_failure, 512);
OFFSET(secagg_failure, culprit, 4);
OFFSET(secagg_failure, message, 8);

SIZE(secagg_fault, 16);
OFFSET(secagg_fault, dealer, 4);
OFFSET(secagg_fault, finding, 12);

SIZE(secagg_fedavg_settings, 48);
OFFSET(secagg_fedavg_settings, parameter_count, 8);
OFFSET(secagg_fedavg_settings, clipping_bound, 16);
OFFSET(secagg_fedavg_settings, norm_bound, 24);
OFFSET(secagg_fedavg_settings, maximum_weight, 32);
OFFSET(secagg_fedavg_settings, maximum_contributors, 40);
OFFSET(secagg_fedavg_settings, counter_count, 44);

SIZE(secagg_fedavg_info, 32);
OFFSET(secagg_fedavg_info, element_count, 8);
OFFSET(secagg_fedavg_info, step, 24);

SIZE(secagg_assumptions, 48);
OFFSET(secagg_assumptions, minimum_contributors, 20);
OFFSET(secagg_assumptions, corrupt_fraction, 24);
OFFSET(secagg_assumptions, mask_ciphers, 40);
OFFSET(secagg_assumptions, corrupt_clients_drop_out, 44);

SIZE(secagg_session_settings, 32);
OFFSET(secagg_session_settings, mask_cipher, 24);

SIZE(secagg_parameters_info, 160);
OFFSET(secagg_parameters_info, mask_cipher, 28);
OFFSET(secagg_parameters_info, element_count, 32);
OFFSET(secagg_parameters_info, session_id, 64);
OFFSET(secagg_parameters_info, digest, 128);

/* The offsets of pointers and sizes are those of 64-bit machines. */
#if UINTPTR_MAX == UINT64_MAX
SIZE(secagg_input, 64);
OFFSET(secagg_input, threads, 4);
OFFSET(secagg_input, float32, 8);
OFFSET(secagg_input, float64, 16);
OFFSET(secagg_input, count, 24);
OFFSET(secagg_input, weight, 32);
OFFSET(secagg_input, counters, 40);
OFFSET(secagg_input, counter_count, 48);
OFFSET(secagg_input, input_context, 56);
#endif

OFFSET(secagg_policy, mask_ciphers, 20);
OFFSET(secagg_policy, application_context, 24);
OFFSET(secagg_policy, corrupt_fraction, 32);
OFFSET(secagg_policy, security_bits, 40);
