// The macros of secagg.h in C++, where they have to compile without a warning as well.
#include <secagg.h>

bool fits() { return SECAGG_ABI_FITS(secagg_abi_version()); }

secagg_fedavg_settings fedavg_settings() { return SECAGG_FEDAVG_SETTINGS_INIT; }
secagg_fedavg_info fedavg_info() { return SECAGG_FEDAVG_INFO_INIT; }
secagg_assumptions assumptions() { return SECAGG_ASSUMPTIONS_INIT; }
secagg_session_settings session_settings() { return SECAGG_SESSION_SETTINGS_INIT; }
secagg_parameters_info parameters_info() { return SECAGG_PARAMETERS_INFO_INIT; }
secagg_policy policy() { return SECAGG_POLICY_INIT; }
