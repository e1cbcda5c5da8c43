"""Messages of clients that do wrong with shares."""

from dataclasses import replace

from secagg_reference import wire


def changed(data):
    return bytes([data[0] ^ 1]) + data[1:]


def with_body(message, id, **fields):
    """The client's message with `fields` of its body computed anew from the body."""
    parsed = wire.parse_client_message(bytes(message), id)
    new = {name: made(parsed.body) for name, made in fields.items()}
    return replace(parsed, body=replace(parsed.body, **new)).encoded()


def wrong_secret(message, id):
    """A distribution with a commitment that the dealer's self mask does not fulfil."""
    return with_body(
        message, id, self_mask_commitment=lambda body: changed(body.self_mask_commitment)
    )


def damaged_first(message, id):
    """A distribution whose first sealed shares do not open."""

    def damaged(body):
        first = body.shares[0]
        sealed = first.sealed[:50] + changed(first.sealed[50:])
        return (replace(first, sealed=sealed), *body.shares[1:])

    return with_body(message, id, shares=damaged)


def wrong_shares(message, id):
    """An answer of the last round in which all shares are wrong."""
    return with_body(
        message,
        id,
        shares=lambda body: tuple(replace(s, share=changed(s.share)) for s in body.shares),
    )
