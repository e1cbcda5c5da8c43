"""`refused-sessions.json`: sessions in which a client does not take part (section 3)."""

from secagg_reference import wire
from secagg_reference.client import Policy, check_start
from secagg_reference.errors import ClientError

from .records import Case, Tally, check_keys, unhex

POLICY = (
    "application_context minimum_cohort_size minimum_threshold minimum_contributors"
    " accepted_threat_models accepted_mask_ciphers"
).split()


def check_refused_session(case: Case, tally: Tally) -> None:
    given = case["input"]
    check_keys(given, ["about", "parameters", "client", "has_identity", "policy"])
    parameters = wire.parse_parameters(unhex(given["parameters"]))
    policy = _policy(given["policy"])
    error, violation = None, None
    try:
        check_start(given["client"], parameters, policy, given["has_identity"])
    except ClientError as refusal:
        error = refusal.case
        violation = refusal.detail if error == "policy" else None
    computed = {"error": error, "violation": violation}
    tally.expect_record(computed, case, given["about"], given=["input"])


def _policy(record: Case) -> Policy:
    check_keys(record, POLICY, "policy")
    return Policy(
        application_context=unhex(record["application_context"]),
        minimum_cohort_size=record["minimum_cohort_size"],
        minimum_threshold=record["minimum_threshold"],
        minimum_contributors=record["minimum_contributors"],
        accepted_threat_models=frozenset(record["accepted_threat_models"]),
        accepted_mask_ciphers=frozenset(record["accepted_mask_ciphers"]),
    )
