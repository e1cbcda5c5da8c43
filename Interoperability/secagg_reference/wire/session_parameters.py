"""`SessionParameters`, the message before round 0 (section 13)."""

from ..errors import ParametersError, WireError
from ..parameters import (
    AES256_CTR,
    CHACHA20,
    MALICIOUS,
    SEMI_HONEST,
    SIGNED,
    UNSIGNED,
    SessionParameters,
)
from . import fields
from .decoding import decode
from .limits import LARGEST_MESSAGE, LARGEST_PARAMETERS, VERSION
from .protobuf import put_bytes, put_number
from .schemas import PARAMETERS
from .structure import check_parameters


def encode_parameters(p: SessionParameters) -> bytes:
    return (
        put_number(1, VERSION)
        + put_bytes(2, p.session_id)
        + put_number(3, p.threat_model)
        + put_number(4, p.cohort_size)
        + put_number(5, p.degree)
        + put_number(6, p.threshold)
        + put_number(7, p.element_count)
        + put_number(8, p.value_bits)
        + put_number(9, p.maximum_contributors)
        + put_number(10, p.minimum_contributors)
        + put_number(11, p.mask_cipher)
        + put_bytes(12, p.application_context)
        + put_number(13, p.lane_kind)
        + put_bytes(15, p.digest)
    )


def parse_parameters(data: bytes) -> SessionParameters:
    if len(data) > LARGEST_PARAMETERS:
        raise WireError("tooLarge", "parameters")
    check_parameters(data, PARAMETERS)
    message = decode(data, PARAMETERS)
    digest = fields.fixed(message, "digest", 32)
    session_id = fields.fixed(message, "session_id", 32)
    threat_model = fields.enumerated(message, "threat_model", (SEMI_HONEST, MALICIOUS))
    cohort_size = fields.positive(message, "cohort_size")
    degree = fields.positive(message, "degree")
    threshold = fields.positive(message, "threshold")
    minimum_contributors = fields.positive(message, "minimum_contributors")
    mask_cipher = fields.enumerated(message, "mask_cipher", (CHACHA20, AES256_CTR))
    application_context = fields.fixed(message, "application_context", 32)
    element_count = fields.positive(message, "element_count")
    lane_kind = fields.enumerated(message, "lane_kind", (UNSIGNED, SIGNED))
    parameters = SessionParameters(
        session_id,
        threat_model,
        cohort_size,
        degree,
        threshold,
        element_count,
        fields.positive(message, "value_bits"),
        fields.positive(message, "maximum_contributors"),
        minimum_contributors,
        lane_kind,
        mask_cipher,
        application_context,
    )
    try:
        parameters.check_layout()
        if parameters.layout.word_count > (LARGEST_MESSAGE - 128) // 8:
            raise WireError("tooLarge", "vector")
        parameters.check_ranges()
    except ParametersError as error:
        raise WireError("invalidValue", error.case) from None
    if parameters.digest != digest:
        raise WireError("digestMismatch")
    return parameters
