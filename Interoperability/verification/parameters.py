"""`session-digests.json` (sections 3, 4 and 13), and the parameters of transcripts."""

from dataclasses import fields

from secagg_reference import wire
from secagg_reference.parameters import SessionParameters

from .records import Case, Tally, check_keys, unhex


def parameters_of(record: Case) -> SessionParameters:
    check_keys(record, [field.name for field in fields(SessionParameters)], "parameters")
    values: Case = {name: unhex(v) if isinstance(v, str) else v for name, v in record.items()}
    parameters = SessionParameters(**values)
    parameters.check_layout()
    parameters.check_ranges()
    return parameters


def check_digest(case: Case, tally: Tally) -> None:
    p = parameters_of(case["input"])
    computed = {
        "encoding": p.encoding.hex(),
        "digest": p.digest.hex(),
        "word_count": p.layout.word_count,
        "message": wire.encode_parameters(p).hex(),
    }
    tally.expect_record(computed, case, given=["input"])
    tally.expect(wire.parse_parameters(unhex(case["message"])), p, "parsed parameters")
