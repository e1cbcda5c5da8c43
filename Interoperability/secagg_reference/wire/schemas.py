"""The messages of `Protos/`, as tables."""

from .decoding import Field, Schema


def _schema(text: str, **nested: Schema) -> Schema:
    """`number name kind`, the kind with `*` if repeated."""
    result = {}
    for line in text.strip().splitlines():
        number, name, kind = line.split()
        bare = kind.strip("*")
        result[int(number)] = Field(name, nested.get(bare, bare), repeated="*" in kind)
    return result


KEYS = _schema("1 sealing_key bytes\n 2 mask_key bytes\n 3 signature bytes")
ADDRESSED = _schema("1 peer u32\n 2 sealed bytes")
REVEALED = _schema("1 subject u32\n 2 kind enum\n 3 share bytes")
NEIGHBOUR = _schema("1 id u32\n 2 advertisement keys\n 3 path bytes", keys=KEYS)
ENDORSEMENT = _schema("1 signer u32\n 2 signature bytes")
CLIENT_MESSAGE = _schema(
    """
    1 version u32
    2 session bytes
    3 sender u32
    10 round0 keys
    11 round1 distribution
    12 round2 input
    13 round3 endorsement
    14 round4 response
    15 checksum bytes
    """,
    keys=KEYS,
    distribution=_schema("1 self_mask_commitment bytes\n 2 shares shares*", shares=ADDRESSED),
    input=_schema("1 words bytes"),
    endorsement=_schema("1 signature bytes"),
    response=_schema("1 shares share*\n 2 unopened u32*", share=REVEALED),
)
SERVER_MESSAGE = _schema(
    """
    1 version u32
    2 session bytes
    3 recipient u32
    11 round1 roster
    12 round2 delivery
    13 round3 announcement
    14 round4 request
    15 checksum bytes
    """,
    roster=_schema(
        """
        1 roster_size u32
        2 commitment bytes
        3 neighbours neighbour*
        4 roster_ids bytes
        5 own_path bytes
        """,
        neighbour=NEIGHBOUR,
    ),
    delivery=_schema("1 shares shares*", shares=ADDRESSED),
    announcement=_schema("1 roster_size u32\n 2 contributors bytes"),
    request=_schema(
        "1 contributor_count u32\n 2 contributors u32*\n 3 endorsements endorsement*",
        endorsement=ENDORSEMENT,
    ),
)
PARAMETERS = _schema(
    """
    1 version u32
    2 session_id bytes
    3 threat_model enum
    4 cohort_size u32
    5 degree u32
    6 threshold u32
    7 element_count u64
    8 value_bits u32
    9 maximum_contributors u32
    10 minimum_contributors u32
    11 mask_cipher enum
    12 application_context bytes
    13 lane_kind enum
    15 digest bytes
    """
)
