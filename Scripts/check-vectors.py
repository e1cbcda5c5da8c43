#!/usr/bin/env python3
"""Computes the test vectors of Docs/vectors once more, from Docs/Specification.md.

Shares no code with the package, and takes its primitives from other libraries: BLAKE2b from Python,
X25519, Ed25519, ChaCha20 and Poly1305 from OpenSSL. Fails on any difference, and on any key of a
vector that it does not know. Section numbers are those of the specification.

    python3 -m pip install cryptography
    python3 Scripts/check-vectors.py
"""

import hashlib
import itertools
import json
import pathlib
import struct
import sys

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES, ChaCha20
    from cryptography.hazmat.primitives.ciphers.modes import CTR
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
except ImportError:
    sys.exit("the package `cryptography` is missing: python3 -m pip install cryptography")

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Docs" / "vectors"
P = 2**61 - 1
SEMI_HONEST, MALICIOUS = 1, 2
SELF_MASK, MASK_KEY = 1, 2
UNSIGNED, SIGNED = 1, 2


# 1 Conventions

def u8(x): return struct.pack("<B", x)
def u32(x): return struct.pack("<I", x)
def u64(x): return struct.pack("<Q", x)
def lp(b): return u64(len(b)) + b
def words(w): return b"".join(u64(x) for x in w)
def unwords(b): return [x for (x,) in struct.iter_unpack("<Q", b)]


def blake2b(message, key=b""):
    return hashlib.blake2b(message, digest_size=32, key=key).digest()


def labelled(label, message):
    return lp(b"SecAgg/1 " + label.encode()) + message


def hash_(label, message):
    return blake2b(labelled(label, message))


def derive(key, label, message):
    return blake2b(labelled(label, message), key)


# 3 Session parameters, 4 Vectors

PARAMETERS = [
    ("session_id", bytes), ("threat_model", u8), ("cohort_size", u64), ("degree", u64),
    ("threshold", u64), ("element_count", u64), ("value_bits", u64), ("maximum_contributors", u64),
    ("minimum_contributors", u64), ("lane_kind", u8), ("mask_cipher", u8), ("application_context", bytes),
]


class Lanes:
    def __init__(self, minimum_value_bits, maximum_contributors):
        headroom = (maximum_contributors - 1).bit_length()
        self.per_word = 64 // (minimum_value_bits + headroom)
        self.bits = 64 // self.per_word
        self.value_bits = self.bits - headroom

    def word_count(self, elements):
        return -(-elements // self.per_word) + 1

    def pack(self, elements):
        packed = [0] * self.word_count(len(elements))
        for i, element in enumerate(elements):
            assert 0 <= element < 2**self.value_bits
            packed[i // self.per_word] |= element << (self.bits * (i % self.per_word))
        packed[-1] = 1
        return packed

    def unpack(self, total, count, contributors):
        assert total[-1] == contributors, "contributor count"
        elements = []
        for i in range(count):
            word, lane = divmod(i, self.per_word)
            elements.append(total[word] >> (self.bits * lane) & (2**self.bits - 1))
        again = [0] * len(total)
        for i, element in enumerate(elements):
            assert element <= contributors * (2**self.value_bits - 1)
            again[i // self.per_word] |= element << (self.bits * (i % self.per_word))
        assert again[:-1] == total[:-1], "bits of no lane"
        return elements


class SignedLanes:
    def __init__(self, minimum_bits):
        self.per_word = 64 // minimum_bits
        self.bits = 64 // self.per_word
        self.value_bits = min(self.bits, 52)

    word_count = Lanes.word_count

    def pack(self, elements):
        packed = [0] * self.word_count(len(elements))
        for i, element in enumerate(elements):
            assert -2**(self.value_bits - 1) <= element < 2**(self.value_bits - 1)
            packed[i // self.per_word] += element << (self.bits * (i % self.per_word))
        packed[-1] = 1
        packed = [word % 2**64 for word in packed]
        assert self.unpack(packed, len(elements), 1) == elements
        return packed

    def unpack(self, total, count, contributors):
        assert total[-1] == contributors, "contributor count"
        elements = []
        for word in total[:-1]:
            for _ in range(self.per_word):
                lowest = word % 2**self.bits
                element = lowest - 2**self.bits if lowest >> self.bits - 1 else lowest
                elements.append(element)
                word = word - element >> self.bits
        return elements[:count]


def lanes_of(kind, minimum_bits, maximum_contributors):
    if kind == UNSIGNED:
        return Lanes(minimum_bits, maximum_contributors)
    assert kind == SIGNED
    return SignedLanes(minimum_bits)


class Parameters:
    def __init__(self, record):
        check_keys(record, [name for name, _ in PARAMETERS])
        values = {
            name: bytes.fromhex(record[name]) if kind is bytes else record[name]
            for name, kind in PARAMETERS}
        self.__dict__.update(values)
        self.encoding = b"".join(kind(values[name]) for name, kind in PARAMETERS)
        assert len(self.encoding) == 123
        self.digest = hash_("session parameters", self.encoding)
        self.lanes = lanes_of(self.lane_kind, self.value_bits, self.maximum_contributors)
        assert self.lanes.value_bits == self.value_bits
        self.word_count = self.lanes.word_count(self.element_count)

    def message(self):
        return encode("SessionParameters", dict(
            {name: getattr(self, name) for name, _ in PARAMETERS}, version=1, digest=self.digest))


# 5 Keys

LOW_ORDER = [bytes.fromhex(x) for x in (
    "00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]


def public_key_error(key):
    if len(key) != 32:
        return "wrongLength"
    if int.from_bytes(key, "little") >= 2**255 - 19:
        return "notCanonical"
    return "lowOrder" if key in LOW_ORDER else None


def public_key(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def x25519(private, public):
    return X25519PrivateKey.from_private_bytes(private).exchange(
        X25519PublicKey.from_public_bytes(public))


def sign(seed, label, message):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(labelled(label, message))


def verifies(public, signature, label, message):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, labelled(label, message))
        return True
    except InvalidSignature:
        return False


# 6 Key schedule

def chacha20(key, count, block=0):
    cipher = Cipher(ChaCha20(key, u32(block) + bytes(12)), None)
    return cipher.encryptor().update(bytes(count))


def aes256ctr(key, count, block=0):
    cipher = Cipher(AES(key), CTR(block.to_bytes(16, "big")))
    return cipher.encryptor().update(bytes(count))


def hchacha20(key, nonce):
    """draft-irtf-cfrg-xchacha, section 2.2."""
    s = list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key)
             + struct.unpack("<4I", nonce))

    def quarter(a, b, c, d):
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) % 2**32
            s[z] ^= s[x]
            s[z] = (s[z] << turn | s[z] >> (32 - turn)) % 2**32

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<8I", *s[:4], *s[12:])


def seal(key, nonce, plaintext, associated):
    aead = ChaCha20Poly1305(hchacha20(key, nonce[:16]))
    return nonce + aead.encrypt(bytes(4) + nonce[16:], plaintext, associated)


def open_(key, sealed, associated):
    aead = ChaCha20Poly1305(hchacha20(key, sealed[:16]))
    return aead.decrypt(bytes(4) + sealed[16:24], sealed[24:], associated)


def sealing_context(session, roster, sender, receiver):
    return session + roster + u32(sender) + u32(receiver)


def mask_private_key(secret, session, client):
    return derive(secret, "mask private key", session + u32(client))


def self_mask_seed(secret, session, client):
    return derive(secret, "self mask", session + u32(client))


def self_mask_commitment(secret, session, client):
    return derive(secret, "self mask commitment", session + u32(client))


def pairwise_seed(agreed, session, roster, one, other):
    return derive(
        agreed, "pairwise mask", session + roster + u32(min(one, other)) + u32(max(one, other)))


# 7 Roster commitment

class Roster:
    """Advertisements (id, sealing key, mask key, signature or empty) in id order."""

    def __init__(self, session, advertisements):
        self.session = session
        self.ids = [entry[0] for entry in advertisements]
        self.advertisements = {entry[0]: entry for entry in advertisements}
        self.leaves = [self.leaf(entry) for entry in advertisements]
        self.paths = [[] for _ in advertisements]
        self.id_set = id_set(self.ids)
        self.commitment = self.commit(self.collect(0, len(self.leaves)), self.id_set, session)

    @staticmethod
    def commit(root, ids, session):
        return hash_("roster commitment", session + lp(ids) + root)

    @staticmethod
    def leaf(entry):
        return hash_("roster leaf", u32(entry[0]) + entry[1] + entry[2] + entry[3])

    @staticmethod
    def split(count):
        return 1 << (count - 1).bit_length() - 1

    def collect(self, start, end):
        if end - start == 1:
            return self.leaves[start]
        middle = start + self.split(end - start)
        left, right = self.collect(start, middle), self.collect(middle, end)
        for rank in range(start, middle):
            self.paths[rank].append(right)
        for rank in range(middle, end):
            self.paths[rank].append(left)
        return hash_("roster node", left + right)

    @classmethod
    def commitment_by_path(cls, entry, path, ids, session):
        rank = rank_in(ids, entry[0])
        if rank is None:
            return None
        sides, p, m = [], rank, size_of_set(ids)
        while m > 1:
            s = cls.split(m)
            sides.append(p >= s)
            p, m = (p - s, m - s) if p >= s else (p, s)
        if len(sides) != len(path):
            return None
        node = cls.leaf(entry)
        for sibling, right in zip(path, reversed(sides)):
            node = hash_("roster node", sibling + node if right else node + sibling)
        return cls.commit(node, ids, session)


def id_set(ids):
    bits = sum(1 << i - 1 for i in ids)
    return bits.to_bytes((max(ids, default=0) + 7) // 8, "little")


def size_of_set(ids):
    return int.from_bytes(ids, "little").bit_count()


def rank_in(ids, client):
    bits = int.from_bytes(ids, "little")
    return (bits & (1 << client - 1) - 1).bit_count() if bits >> client - 1 & 1 else None


def digests(path):
    return [path[i:i + 32] for i in range(0, len(path), 32)]


# 8 Neighbour graph

def permutation(count, commitment):
    key = hash_("neighbour permutation", commitment)
    stream = iter(unwords(chacha20(key, 64 * (2 * count // 8 + 64))))

    def below(bound):
        limit = (2**64 - 1) - (2**64 - 1) % bound
        while True:
            word = next(stream)
            if word < limit:
                return word % bound

    circle = list(range(count))
    for place in range(count - 1, 0, -1):
        other = below(place + 1)
        circle[place], circle[other] = circle[other], circle[place]
    return circle


def neighbour_graph(count, degree, commitment):
    if degree >= count - 1:
        return None, [[j for j in range(count) if j != i] for i in range(count)]
    circle = permutation(count, commitment)
    neighbours = [[] for _ in range(count)]
    for place, rank in enumerate(circle):
        for step in range(1, degree // 2 + 1):
            neighbours[rank] += [circle[(place + step) % count], circle[(place - step) % count]]
    return circle, [sorted(entry) for entry in neighbours]


# 9 Secret sharing

def share(coefficients, threshold, holder):
    rows = [coefficients[5 * i:5 * i + 5] for i in range(threshold)]
    return [sum(row[w] * pow(holder, i, P) for i, row in enumerate(rows)) % P for w in range(5)]


def value_at(point, points, values):
    """The value at `point` of the polynomial through the points."""
    total = 0
    for i, x in enumerate(points):
        term = values[i]
        for j, y in enumerate(points):
            if i != j:
                term = term * (point - y) % P * pow(x - y, -1, P) % P
        total += term
    return total % P


def interpolate(holders, shares):
    return [value_at(0, holders, [entry[w] for entry in shares]) for w in range(5)]


def decode_robustly(threshold, holders, shares):
    """By trying all sets of `threshold` shares: slow, and another algorithm than the package's."""
    secret, wrong = [], set()
    for w in range(5):
        values = [entry[w] for entry in shares]
        for subset in itertools.combinations(range(len(holders)), threshold):
            points = [holders[i] for i in subset]
            known = [values[i] for i in subset]
            off = {h for h, v in zip(holders, values) if value_at(h, points, known) != v}
            if len(off) <= (len(holders) - threshold) // 2:
                secret.append(value_at(0, points, known))
                wrong |= off
                break
        else:
            return None
    return secret, sorted(wrong)


# 10 Masks

def mask(cipher, seed, count, offset=0):
    stream, block = {1: (chacha20, 8), 2: (aes256ctr, 2)}[cipher]
    skipped = offset % block
    return unwords(stream(seed, 8 * (skipped + count), offset // block))[skipped:]


def add(left, right, sign=1):
    return [(a + sign * b) % 2**64 for a, b in zip(left, right)]


# 13 Wire format: field number, kind (v varint, b bytes, m message, V packed varints), name

SCHEMA = {
    "SessionParameters": [
        (1, "v", "version"), (2, "b", "session_id"), (3, "v", "threat_model"),
        (4, "v", "cohort_size"), (5, "v", "degree"), (6, "v", "threshold"),
        (7, "v", "element_count"), (8, "v", "value_bits"), (9, "v", "maximum_contributors"),
        (10, "v", "minimum_contributors"), (11, "v", "mask_cipher"),
        (12, "b", "application_context"), (13, "v", "lane_kind"), (15, "b", "digest")],
    "ClientMessage": [
        (1, "v", "version"), (2, "b", "session"), (3, "v", "sender"),
        (10, "KeyAdvertisement", "body0"), (11, "ShareDistribution", "body1"),
        (12, "MaskedInput", "body2"), (13, "ContributorEndorsement", "body3"),
        (14, "UnmaskingResponse", "body4"), (15, "b", "checksum")],
    "ServerMessage": [
        (1, "v", "version"), (2, "b", "session"), (3, "v", "recipient"),
        (11, "RosterAnnouncement", "body1"), (12, "ShareDelivery", "body2"),
        (13, "ContributorAnnouncement", "body3"), (14, "UnmaskingRequest", "body4"),
        (15, "b", "checksum")],
    "KeyAdvertisement": [(1, "b", "sealing_key"), (2, "b", "mask_key"), (3, "b", "signature")],
    "ShareDistribution": [(1, "b", "commitment"), (2, "*AddressedShares", "shares")],
    "ShareDelivery": [(1, "*AddressedShares", "shares")],
    "AddressedShares": [(1, "v", "peer"), (2, "b", "sealed")],
    "MaskedInput": [(1, "b", "words")],
    "ContributorEndorsement": [(1, "b", "signature")],
    "UnmaskingResponse": [(1, "*RevealedShare", "shares"), (2, "V", "unopened")],
    "RevealedShare": [(1, "v", "subject"), (2, "v", "kind"), (3, "b", "share")],
    "RosterAnnouncement": [
        (1, "v", "size"), (2, "b", "commitment"), (3, "*AdvertisedNeighbour", "neighbours"),
        (4, "b", "ids"), (5, "b", "own_path")],
    "AdvertisedNeighbour": [
        (1, "v", "id"), (2, "KeyAdvertisement", "advertisement"), (3, "b", "path")],
    "ContributorAnnouncement": [(1, "v", "size"), (2, "b", "contributors")],
    "UnmaskingRequest": [
        (1, "v", "count"), (2, "V", "contributors"), (3, "*Endorsement", "endorsements")],
    "Endorsement": [(1, "v", "signer"), (2, "b", "signature")],
}


def varint(value):
    out = b""
    while value > 127:
        out += u8(value & 127 | 128)
        value >>= 7
    return out + u8(value)


def encode(kind, values):
    """Fields in order of their numbers; None and empty values are absent."""
    out = b""
    for number, type_, name in SCHEMA[kind]:
        value = values.get(name)
        if value is None or (type_ in "vbV" and not value):
            continue
        if type_ == "v":
            out += varint(number << 3) + varint(value)
            continue
        if type_ == "b":
            entries = [value]
        elif type_ == "V":
            entries = [b"".join(varint(x) for x in value)]
        elif type_.startswith("*"):
            entries = [encode(type_[1:], entry) for entry in value]
        else:
            entries = [encode(type_, value)]
        for entry in entries:
            out += varint(number << 3 | 2) + varint(len(entry)) + entry
    return out


def signed_keys(body):
    return body["sealing_key"] + body["mask_key"] + (body.get("signature") or b"")


def addressed(entries):
    return u64(len(entries)) + b"".join(u32(e["peer"]) + e["sealed"] for e in entries)


def path_bytes(path):
    return u64(len(path) // 32) + path


def xxh64(data):
    """Of a multiple of 8 bytes, with the seed 0."""
    p1, p2, p3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
    p4, p5, m = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5, 2**64 - 1

    def rotated(x, r):
        return (x << r | x >> 64 - r) & m

    def step(lane, word):
        return rotated(lane + word * p2 & m, 31) * p1 & m

    w = unwords(data)
    whole = len(w) // 4 * 4
    if whole:
        lanes = [p1 + p2 & m, p2, 0, -p1 & m]
        for i in range(whole):
            lanes[i % 4] = step(lanes[i % 4], w[i])
        h = sum(map(rotated, lanes, (1, 7, 12, 18))) & m
        for lane in lanes:
            h = ((h ^ step(0, lane)) * p1 + p4) & m
    else:
        h = p5
    h = h + len(data) & m
    for word in w[whole:]:
        h = (rotated(h ^ step(0, word), 27) * p1 + p4) & m
    h = (h ^ h >> 33) * p2 & m
    h = (h ^ h >> 29) * p3 & m
    return h ^ h >> 32


def checksum(origin, round_, session, client, body):
    """13.1."""
    if (origin, round_) == ("client", 0):
        b = signed_keys(body)
    elif (origin, round_) == ("client", 1):
        b = body["commitment"] + addressed(body["shares"])
    elif (origin, round_) == ("client", 2):
        data = body["words"]
        b = u64(len(data) // 8) + u64(xxh64(data))
    elif (origin, round_) == ("client", 3):
        b = body["signature"]
    elif (origin, round_) == ("client", 4):
        b = u64(len(body["shares"])) + b"".join(
            u32(e["subject"]) + u8(e["kind"]) + e["share"] for e in body["shares"])
        b += u64(len(body["unopened"])) + b"".join(u32(e) for e in body["unopened"])
    elif round_ == 1:
        b = u64(body["size"]) + body["commitment"] + u64(len(body["neighbours"]))
        for entry in body["neighbours"]:
            b += u32(entry["id"]) + signed_keys(entry["advertisement"])
        if body.get("ids"):
            b += lp(body["ids"]) + path_bytes(body["own_path"])
            b += b"".join(path_bytes(entry["path"]) for entry in body["neighbours"])
    elif round_ == 2:
        b = addressed(body["shares"])
    elif round_ == 3:
        b = u64(body["size"]) + lp(body["contributors"])
    else:
        b = u64(body["count"]) + u64(len(body["contributors"]))
        b += b"".join(u32(e) for e in body["contributors"])
        b += b"".join(u32(e["signer"]) + e["signature"] for e in body["endorsements"])
    return hash_(
        "message checksum", lp(origin.encode()) + u8(round_) + session + u32(client) + b)[:16]


def message(origin, round_, session, client, body):
    """The bytes of a message and its checksum."""
    check = checksum(origin, round_, session, client, body)
    kind, party = (
        ("ClientMessage", "sender") if origin == "client" else ("ServerMessage", "recipient"))
    return encode(kind, {
        "version": 1, "session": session, party: client, f"body{round_}": body,
        "checksum": check}), check


# The checker

class Difference(Exception):
    pass


compared = 0


def expect(found, expected, what):
    global compared
    compared += 1
    if isinstance(found, bytes):
        found = found.hex()
    if isinstance(found, list) and found and isinstance(found[0], bytes):
        found = [entry.hex() for entry in found]
    if found != expected:
        raise Difference(f"{what}: computed {str(found)[:200]}, the vector has {str(expected)[:200]}")


def check_keys(record, required, optional=()):
    keys = set(record)
    if not set(required) <= keys or not keys <= set(required) | set(optional):
        raise Difference(f"keys {sorted(keys ^ set(required))} are missing or unknown")


def unhex(record, *names):
    return [bytes.fromhex(record[name]) for name in names]


# 11 and 12: a whole session

LEAVES = {f"before round {r}": r for r in range(5)} | {"never": 5}
SECRETS = [
    "id", "leaves", "sealing_private_key", "mask_secret", "self_mask_secret",
    "self_mask_coefficients", "mask_coefficients", "nonces", "elements"]


class Client:
    def __init__(self, record, parameters):
        malicious = parameters.threat_model == MALICIOUS
        check_keys(record, SECRETS + (["identity_seed"] if malicious else []))
        self.id, self.leaves = record["id"], LEAVES[record["leaves"]]
        (self.sealing, self.mask_secret, self.self_mask_secret, self_mask, mask_coefficients) = unhex(
            record, "sealing_private_key", "mask_secret", "self_mask_secret",
            "self_mask_coefficients", "mask_coefficients")
        self.polynomials = [unwords(self_mask), unwords(mask_coefficients)]
        assert all(len(c) == 5 * parameters.threshold for c in self.polynomials)
        assert self_mask[:40] == self.self_mask_secret
        assert mask_coefficients[:40] == self.mask_secret
        self.nonces = [bytes.fromhex(nonce) for nonce in record["nonces"]]
        self.elements = [int(element) for element in record["elements"]]
        self.identity = bytes.fromhex(record["identity_seed"]) if malicious else None
        self.identity_public = malicious and Ed25519PrivateKey.from_private_bytes(
            self.identity).public_key().public_bytes_raw()
        session = parameters.digest
        self.mask_private = mask_private_key(self.mask_secret, session, self.id)
        self.sealing_public = public_key(self.sealing)
        self.mask_public = public_key(self.mask_private)
        assert not public_key_error(self.sealing_public) and not public_key_error(self.mask_public)
        self.signature = b""
        if malicious:
            self.signature = sign(
                self.identity, "key advertisement",
                session + u32(self.id) + self.sealing_public + self.mask_public)
        self.advertisement = (self.id, self.sealing_public, self.mask_public, self.signature)


def keys_body(entry):
    return {"sealing_key": entry[1], "mask_key": entry[2], "signature": entry[3]}


def check_session(case):
    check_keys(case, [
        "input", "parameters_encoding", "session_digest", "parameters_message", "roster",
        "roster_commitment", "clients", "messages", "contributors", "sums"])
    check_keys(case["input"], ["parameters", "clients"])
    p = Parameters(case["input"]["parameters"])
    malicious, session, t = p.threat_model == MALICIOUS, p.digest, p.threshold
    expect(p.encoding, case["parameters_encoding"], "canonical encoding")
    expect(session, case["session_digest"], "session digest")
    expect(p.message(), case["parameters_message"], "parameters message")
    clients = {entry["id"]: Client(entry, p) for entry in case["input"]["clients"]}
    sent = []

    def send(origin, round_, client, body):
        data, check = message(origin, round_, session, client, body)
        sent.append({
            "round": round_, "client": client, "bytes": data.hex(), "checksum": check.hex(),
            "direction": "to server" if origin == "client" else "from server"})

    def present(ids, round_):
        return [i for i in ids if clients[i].leaves > round_]

    # Round 0.
    ids = present(sorted(clients), 0)
    for i in ids:
        send("client", 0, i, keys_body(clients[i].advertisement))
    roster = Roster(session, [clients[i].advertisement for i in ids])
    commitment, n = roster.commitment, len(ids)
    assert n >= max(p.minimum_contributors, t + 1)
    expect(ids, case["roster"], "roster")
    expect(commitment, case["roster_commitment"], "roster commitment")
    _, ranks = neighbour_graph(n, p.degree, commitment)
    neighbours = {ids[r]: [ids[x] for x in ranks[r]] for r in range(n)}
    rank = {client: r for r, client in enumerate(ids)}

    # Round 1.
    with_paths = malicious and p.degree < n - 1

    def path(i):
        return b"".join(roster.paths[rank[i]]) if with_paths else b""

    for i in ids:
        send("server", 1, i, {
            "size": n, "commitment": commitment, "own_path": path(i),
            "ids": roster.id_set if with_paths else b"",
            "neighbours": [{
                "id": j, "advertisement": keys_body(roster.advertisements[j]),
                "path": path(j)} for j in neighbours[i]]})
    values, sealed = {}, {}
    shared = present(ids, 1)
    for i in shared:
        client = clients[i]
        values[i] = []
        for j, nonce in zip(neighbours[i], client.nonces):
            agreed = x25519(client.sealing, clients[j].sealing_public)
            context = sealing_context(session, commitment, i, j)
            key = derive(agreed, "share sealing", context)
            plaintext = b"".join(words(share(c, t, j)) for c in client.polynomials)
            sealed[i, j] = seal(key, nonce, plaintext, context)
            values[i].append({
                "receiver": j, "agreed_secret": agreed.hex(), "sealing_key": key.hex(),
                "associated_data": context.hex(), "nonce": nonce.hex(),
                "plaintext": plaintext.hex(), "sealed": sealed[i, j].hex()})
        send("client", 1, i, {
            "commitment": self_mask_commitment(client.self_mask_secret, session, i),
            "shares": [{"peer": j, "sealed": sealed[i, j]} for j in neighbours[i]]})
    sharers = set(shared)
    while True:
        left_out = {i for i in sharers if len(sharers & set(neighbours[i])) < t}
        if not left_out:
            break
        sharers -= left_out
    assert len(sharers) >= p.minimum_contributors

    # Round 2.
    delivered = {i: [j for j in neighbours[i] if j in sharers] for i in sorted(sharers)}
    for i in delivered:
        send("server", 2, i, {
            "shares": [{"peer": j, "sealed": sealed[j, i]} for j in delivered[i]]})
    contributors = present(sorted(sharers), 2)
    total, masked, pairwise = [0] * p.word_count, {}, {}
    for i in contributors:
        client = clients[i]
        vector = add(
            p.lanes.pack(client.elements),
            mask(p.mask_cipher, self_mask_seed(client.self_mask_secret, session, i), p.word_count))
        pairwise[i] = []
        for j in delivered[i]:
            agreed = x25519(client.mask_private, clients[j].mask_public)
            seed = pairwise_seed(agreed, session, commitment, i, j)
            common = mask(p.mask_cipher, seed, p.word_count)
            vector = add(vector, common, 1 if i < j else -1)
            pairwise[i].append({
                "peer": j, "agreed_secret": agreed.hex(), "seed": seed.hex(),
                "sign": "+" if i < j else "-", "mask": words(common).hex()})
        masked[i] = vector
        total = add(total, vector)
        send("client", 2, i, {"words": words(vector)})
    assert p.minimum_contributors <= len(contributors) <= p.maximum_contributors

    def holders_suffice(asked):
        for i in sharers:
            near = set(neighbours[i])
            if i in contributors or near & set(contributors):
                assert len(near & set(asked)) >= t, "unrecoverable"

    holders_suffice(contributors)
    asked, endorsements = contributors, {}

    # Round 3.
    if malicious:
        bits = bytearray((n + 7) // 8)
        for i in contributors:
            bits[rank[i] // 8] |= 1 << rank[i] % 8
        statement = session + commitment + u64(n) + lp(bytes(bits))
        for i in contributors:
            send("server", 3, i, {"size": n, "contributors": bytes(bits)})
        for i in present(contributors, 3):
            endorsements[i] = sign(clients[i].identity, "contributor set", statement)
            assert verifies(
                clients[i].identity_public, endorsements[i], "contributor set", statement)
            send("client", 3, i, {"signature": endorsements[i]})
        asked = [i for i in endorsements if len(set(neighbours[i]) & set(endorsements)) >= t]
        holders_suffice(asked)

    # Round 4.
    for i in asked:
        signers = [j for j in neighbours[i] if j in endorsements][:t]
        send("server", 4, i, {
            "count": len(contributors),
            "contributors": [j for j in sorted(neighbours[i] + [i]) if j in contributors],
            "endorsements": [{"signer": j, "signature": endorsements[j]} for j in signers]})
    revealed = {}
    for i in present(asked, 4):
        shares = []
        for j in delivered[i]:
            agreed = x25519(clients[i].sealing, clients[j].sealing_public)
            context = sealing_context(session, commitment, j, i)
            plaintext = open_(derive(agreed, "share sealing", context), sealed[j, i], context)
            kind = SELF_MASK if j in contributors else MASK_KEY
            piece = plaintext[:40] if kind == SELF_MASK else plaintext[40:]
            revealed.setdefault(j, []).append((i, unwords(piece)))
            shares.append({"subject": j, "kind": kind, "share": piece})
        send("client", 4, i, {"shares": shares, "unopened": []})
    for index, (mine, theirs) in enumerate(zip(sent, case["messages"])):
        check_keys(theirs, mine)
        for name in mine:
            expect(mine[name], theirs[name], f"message {index}, {name}")
    expect(len(sent), len(case["messages"]), "number of messages")

    # 12: the server knows public values and the revealed shares only.
    for i in sorted(sharers):
        contributing = [j for j in neighbours[i] if j in contributors]
        if i not in contributors and not contributing:
            continue
        first = sorted(revealed[i])[:t]
        assert len(first) == t, "shares missing"
        secret = words(interpolate([h for h, _ in first], [s for _, s in first]))
        if i in contributors:
            assert secret == clients[i].self_mask_secret
            total = add(total, mask(p.mask_cipher, self_mask_seed(secret, session, i), p.word_count), -1)
            continue
        private = mask_private_key(secret, session, i)
        assert public_key(private) == clients[i].mask_public
        for j in contributing:
            seed = pairwise_seed(
                x25519(private, clients[j].mask_public), session, commitment, i, j)
            total = add(total, mask(p.mask_cipher, seed, p.word_count), -1 if j < i else 1)
    sums = p.lanes.unpack(total, p.element_count, len(contributors))
    plain = [sum(clients[i].elements[e] for i in contributors) for e in range(p.element_count)]
    assert sums == plain
    expect(contributors, case["contributors"], "contributors")
    expect([str(entry) for entry in sums], case["sums"], "sums")

    for record in case["clients"]:
        i = record["id"]
        client = clients[i]
        mine = {
            "id": i, "sealing_public_key": client.sealing_public.hex(),
            "mask_private_key": client.mask_private.hex(),
            "mask_public_key": client.mask_public.hex(),
            "self_mask_commitment":
                self_mask_commitment(client.self_mask_secret, session, i).hex(),
            "self_mask_seed": self_mask_seed(client.self_mask_secret, session, i).hex(),
            "packed_words": words(p.lanes.pack(client.elements)).hex(),
            "self_mask": words(mask(
                p.mask_cipher, self_mask_seed(client.self_mask_secret, session, i), p.word_count)).hex()}
        if malicious:
            mine["identity_public_key"] = client.identity_public.hex()
        if i in neighbours:
            mine["neighbours"] = neighbours[i]
        if i in values:
            mine["shares"] = values[i]
        if i in masked:
            mine["pairwise_masks"] = pairwise[i]
            mine["masked_words"] = words(masked[i]).hex()
        check_keys(record, mine)
        for name in mine:
            expect(mine[name], record[name], f"client {i}, {name}")
    expect([record["id"] for record in case["clients"]], sorted(clients), "clients")
    check_accepted(case)


# The other files

def check_digest(case):
    check_keys(case, ["input", "encoding", "digest", "word_count", "message"])
    p = Parameters(case["input"])
    expect(p.encoding, case["encoding"], "encoding")
    expect(p.digest, case["digest"], "digest")
    expect(p.word_count, case["word_count"], "word count")
    expect(p.message(), case["message"], "message")


def check_graph(case):
    given = case["input"]
    check_keys(given, ["commitment", "roster_size", "degree"])
    circle, neighbours = neighbour_graph(
        given["roster_size"], given["degree"], bytes.fromhex(given["commitment"]))
    check_keys(case, ["input", "neighbours"] + ([] if circle is None else ["permutation"]))
    if circle is not None:
        expect(circle, case["permutation"], "permutation")
    expect(neighbours, case["neighbours"], "neighbours")


def check_roster(case):
    check_keys(case, ["input", "commitment", "ids", "paths"])
    check_keys(case["input"], ["session", "clients"])
    session = bytes.fromhex(case["input"]["session"])
    entries = []
    for record in case["input"]["clients"]:
        check_keys(record, ["id", "sealing_key", "mask_key"], ["signature"])
        entries.append((
            record["id"], *unhex(record, "sealing_key", "mask_key"),
            bytes.fromhex(record.get("signature", ""))))
    roster = Roster(session, entries)
    expect(roster.commitment, case["commitment"], "commitment")
    expect([[d.hex() for d in path] for path in roster.paths], case["paths"], "paths")
    expect(roster.id_set, case["ids"], "ids")
    for entry, path in zip(entries, case["paths"]):
        led = Roster.commitment_by_path(
            entry, [bytes.fromhex(d) for d in path], roster.id_set, session)
        expect(led, case["commitment"], "path")


def check_sharing(case):
    given = case["input"]
    check_keys(given, ["threshold", "coefficients", "holders", "altered"])
    coefficients, t = unwords(bytes.fromhex(given["coefficients"])), given["threshold"]
    expect(words(coefficients[:5]), case["secret"], "secret")
    shares = [share(coefficients, t, holder) for holder in given["holders"]]
    expect([words(entry) for entry in shares], case["shares"], "shares")
    for position, word in given["altered"]:
        shares[position][word] = (shares[position][word] + 1) % P
    expect([words(entry) for entry in shares], case["altered_shares"], "altered shares")
    decoded = decode_robustly(t, given["holders"], shares)
    names = ["input", "secret", "shares", "altered_shares"]
    check_keys(case, names + (["decoded_secret", "wrong_holders"] if decoded else []))
    if decoded:
        expect(words(decoded[0]), case["decoded_secret"], "decoded secret")
        order = [h for h in given["holders"] if h in decoded[1]]
        expect(order, case["wrong_holders"], "wrong holders")


def check_mask(case):
    given = case["input"]
    check_keys(given, [
        "seed", "minimum_value_bits", "maximum_contributors", "lane_kind", "elements", "mask_cipher",
        "offset"])
    check_keys(case, [
        "input", "value_bits", "lane_bits", "lanes_per_word", "packed_words", "mask", "added",
        "subtracted", "mask_from_offset"])
    seed = bytes.fromhex(given["seed"])
    lanes = lanes_of(
        given["lane_kind"], given["minimum_value_bits"], given["maximum_contributors"])
    expect(lanes.value_bits, case["value_bits"], "value bits")
    expect(lanes.bits, case["lane_bits"], "lane bits")
    expect(lanes.per_word, case["lanes_per_word"], "lanes")
    packed = lanes.pack([int(element) for element in given["elements"]])
    stream = mask(given["mask_cipher"], seed, len(packed))
    expect(words(packed), case["packed_words"], "packed words")
    expect(words(stream), case["mask"], "mask")
    expect(words(add(packed, stream)), case["added"], "added")
    expect(words(add(packed, stream, -1)), case["subtracted"], "subtracted")
    later = mask(given["mask_cipher"], seed, len(packed), given["offset"])
    expect(words(later), case["mask_from_offset"], "mask from offset")


def check_public_key(case):
    check_keys(case["input"], ["about", "bytes"])
    error = public_key_error(bytes.fromhex(case["input"]["bytes"]))
    check_keys(case, ["input"] + (["error"] if error else []))
    expect(error, case.get("error"), case["input"]["about"])


# 13: parsing, and 11: the checks of the receivers

class Refused(Exception):
    pass


def refuse_if(condition, error):
    if condition:
        raise Refused(error)


def fields_of(data):
    """The fields of one protobuf message: number and integer or bytes."""
    position = 0

    def take():
        nonlocal position
        value = 0
        for shift in range(0, 64, 7):
            refuse_if(position >= len(data), "malformed")
            byte = data[position]
            position += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value % 2**64
        raise Refused("malformed")

    while position < len(data):
        tag = take()
        if tag & 7 == 0:
            yield tag >> 3, take()
            continue
        size = {1: 8, 5: 4}.get(tag & 7)
        if size is None:
            refuse_if(tag & 7 != 2, "malformed")
            size = take()
        refuse_if(size > len(data) - position, "malformed")
        yield tag >> 3, bytes(data[position:position + size])
        position += size


def decode(kind, data):
    """Fields by name; unknown ones under None. Absent ones are 0, empty, an empty list or None."""
    schema = {number: (type_, name) for number, type_, name in SCHEMA[kind]}
    values = {None: False}
    for type_, name in schema.values():
        values[name] = (
            0 if type_ == "v" else b"" if type_ == "b" else [] if type_[0] in "V*" else None)
    for number, value in fields_of(data):
        type_, name = schema.get(number, (None, None))
        if type_ is None:
            values[None] = True
        elif type_ == "v":
            values[name] = value
        elif type_ == "b":
            values[name] = value
        elif type_ == "V":
            packed = [value]
            if isinstance(value, bytes):
                packed = [v for _, v in fields_of(b"".join(
                    b"\x08" + varint_ for varint_ in split_varints(value)))]
            values[name] = values[name] + packed
        elif type_[0] == "*":
            values[name] = values[name] + [decode(type_[1:], value)]
        else:
            values[name] = decode(type_, value)
    return values


def split_varints(data):
    piece = b""
    for byte in data:
        piece += u8(byte)
        if byte < 128:
            yield piece
            piece = b""


def known(*parts):
    for part in parts:
        refuse_if(part[None], "unknownFields")


def size_of(value, size):
    refuse_if(not value, "missingField")
    refuse_if(len(value) != size, "wrongLength")


def check_keys_body(body):
    known(body)
    for name in ("sealing_key", "mask_key"):
        size_of(body[name], 32)
        refuse_if(public_key_error(body[name]), "invalidValue")
    refuse_if(body["signature"] and len(body["signature"]) != 64, "wrongLength")


def check_path(path):
    refuse_if(not path, "missingField")
    refuse_if(len(path) % 32 or len(path) > 640, "invalidValue")


def check_body(origin, round_, body):
    known(body)
    if (origin, round_) == ("client", 0):
        check_keys_body(body)
    elif (origin, round_) == ("client", 1):
        size_of(body["commitment"], 32)
    elif (origin, round_) == ("client", 2):
        refuse_if(not body["words"], "missingField")
        refuse_if(len(body["words"]) % 8, "invalidValue")
    elif (origin, round_) == ("client", 3):
        size_of(body["signature"], 64)
    elif (origin, round_) == ("client", 4):
        for entry in body["shares"]:
            known(entry)
            refuse_if(not entry["subject"] or not entry["kind"], "missingField")
            refuse_if(entry["kind"] not in (SELF_MASK, MASK_KEY), "invalidValue")
            size_of(entry["share"], 40)
            refuse_if(any(word >= P for word in unwords(entry["share"])), "invalidValue")
        refuse_if(0 in body["unopened"], "missingField")
    elif round_ == 1:
        for entry in body["neighbours"]:
            known(entry)
            refuse_if(entry["advertisement"] is None or not entry["id"], "missingField")
            check_keys_body(entry["advertisement"])
        refuse_if(not body["size"], "missingField")
        size_of(body["commitment"], 32)
        paths = [body["own_path"]] + [entry["path"] for entry in body["neighbours"]]
        if body["ids"]:
            refuse_if(len(body["ids"]) > 1 << 17 or not body["ids"][-1], "invalidValue")
            for path in paths:
                check_path(path)
        else:
            refuse_if(any(paths), "missingField")
    elif round_ == 3:
        refuse_if(not body["size"], "missingField")
        size_of(body["contributors"], (body["size"] + 7) // 8)
        bits = int.from_bytes(body["contributors"], "little")
        refuse_if(bits >> body["size"], "invalidValue")
    elif round_ == 4:
        refuse_if(not body["count"] or 0 in body["contributors"], "missingField")
        for entry in body["endorsements"]:
            known(entry)
            refuse_if(not entry["signer"], "missingField")
            size_of(entry["signature"], 64)
    for entry in body.get("shares", []) if (origin, round_) in (
            ("client", 1), ("server", 2)) else []:
        known(entry)
        size_of(entry["sealed"], 120)
        refuse_if(not entry["peer"], "missingField")


def parse(direction, client, data):
    """Round, session, client and body of a message, or Refused."""
    origin, kind, party = (
        ("client", "ClientMessage", "sender") if direction == "to server"
        else ("server", "ServerMessage", "recipient"))
    seen = list(fields_of(data))
    numbers = [number for number, _ in seen]
    refuse_if(len(set(numbers)) < len(numbers), "repeatedField")
    entries = sum(
        isinstance(value, bytes) for number, body in seen if 10 <= number <= 14
        for _, value in fields_of(body))
    refuse_if(entries > 8 + len(data) // 32, "tooLarge")
    envelope = decode(kind, data)
    refuse_if(envelope["version"] != 1, "unsupportedVersion")
    known(envelope)
    refuse_if(not envelope[party], "missingField")
    refuse_if(origin == "client" and envelope[party] != client, "senderMismatch")
    size_of(envelope["session"], 32)
    bodies = [r for r in range(5) if envelope.get(f"body{r}") is not None]
    refuse_if(not bodies, "missingField")
    round_ = bodies[0]
    body = envelope[f"body{round_}"]
    check_body(origin, round_, body)
    size_of(envelope["checksum"], 16)
    computed = checksum(origin, round_, envelope["session"], envelope[party], body)
    refuse_if(computed != envelope["checksum"], "checksumMismatch")
    return round_, envelope["session"], envelope[party], body


def refusal_of(action):
    try:
        action()
        return "none"
    except Refused as refused:
        return refused.args[0]


def check_refused_bytes(case):
    check_keys(case, ["input", "error"])
    given = case["input"]
    check_keys(given, ["about", "direction", "client", "bytes"])
    found = refusal_of(
        lambda: parse(given["direction"], given["client"], bytes.fromhex(given["bytes"])))
    expect(found, case["error"], given["about"])


def entry_of(client, keys):
    return client, keys["sealing_key"], keys["mask_key"], keys["signature"]


def signed_by(entry, session, identity):
    return verifies(
        identity, entry[3], "key advertisement", session + u32(entry[0]) + entry[1] + entry[2])


class History:
    """What both ends know at one point of a transcript."""

    def __init__(self, transcript, after):
        self.p = Parameters(transcript["input"]["parameters"])
        self.clients = {
            entry["id"]: Client(entry, self.p) for entry in transcript["input"]["clients"]}
        self.round, self.received, self.told = 0, [{} for _ in range(5)], {}
        for record in transcript["messages"][:after]:
            round_, _, client, body = parse(
                record["direction"], record["client"], bytes.fromhex(record["bytes"]))
            self.round = round_
            if record["direction"] == "to server":
                self.received[round_][client] = body
            else:
                self.told.setdefault(client, []).append((round_, body))
        if self.round > 0:
            self.roster = Roster(self.p.digest, [
                entry_of(i, keys) for i, keys in sorted(self.received[0].items())])
            ids = self.roster.ids
            _, ranks = neighbour_graph(len(ids), self.p.degree, self.roster.commitment)
            self.neighbours = {i: [ids[x] for x in ranks[r]] for r, i in enumerate(ids)}


def server_takes(h, message_):
    """11: the checks of the server."""
    round_, session, sender, body = message_
    p, accepted = h.p, h.received
    malicious = p.threat_model == MALICIOUS
    refuse_if(session != p.digest, "otherSession")
    refuse_if(round_ != h.round, "wrongRound")
    if round_ == 0:
        refuse_if(sender > p.cohort_size, "stranger")
        refuse_if(sender in accepted[0], "duplicate")
        keys = [k for e in accepted[0].values() for k in (e["sealing_key"], e["mask_key"])]
        mine = [body["sealing_key"], body["mask_key"]]
        refuse_if(mine[0] == mine[1] or set(mine) & set(keys), "repeatedKey")
        authentic = not body["signature"]
        if malicious:
            authentic = body["signature"] and signed_by(
                entry_of(sender, body), session, h.clients[sender].identity_public)
        refuse_if(not authentic, "notAuthentic")
    elif round_ == 1:
        refuse_if(sender not in h.roster.ids, "stranger")
        refuse_if(sender in accepted[1], "duplicate")
        peers = [entry["peer"] for entry in body["shares"]]
        refuse_if(peers != h.neighbours[sender], "sharesNotForNeighbours")
    elif round_ == 2:
        # In these transcripts everyone who shared is a sharer.
        refuse_if(sender not in accepted[1], "stranger")
        refuse_if(sender in accepted[2], "duplicate")
        refuse_if(len(body["words"]) != 8 * p.word_count, "vectorLength")
        refuse_if(len(accepted[2]) >= p.maximum_contributors, "tooManyContributors")
    elif round_ == 4:
        refuse_if(sender not in h.told or h.told[sender][-1][0] != 4, "stranger")
        refuse_if(sender in accepted[4], "duplicate")
        shares, unopened = list(body["shares"]), list(body["unopened"])
        for i in h.neighbours[sender]:
            if i not in accepted[1]:
                continue
            if shares and shares[0]["subject"] == i:
                due = SELF_MASK if i in accepted[2] else MASK_KEY
                refuse_if(shares.pop(0)["kind"] != due, "wrongSecretKind")
            else:
                refuse_if(not unopened or unopened.pop(0) != i, "answerNotForNeighbours")
        refuse_if(shares or unopened, "answerNotForNeighbours")


def client_takes(h, client, message_):
    """11: the checks of a client with the floors 3, 2 and 2."""
    round_, session, recipient, body = message_
    p, t, told = h.p, h.p.threshold, dict(h.told.get(client, []))
    malicious = p.threat_model == MALICIOUS
    refuse_if(session != p.digest, "otherSession")
    refuse_if(recipient != client, "addressedToAnother")
    me = h.clients[client]
    if round_ == 1:
        n, near = body["size"], body["neighbours"]
        refuse_if(not 3 <= n <= p.cohort_size, "rosterSize")
        refuse_if(len(near) != min(p.degree, n - 1), "neighbourCount")
        refuse_if(len(near) < t, "neighboursBelowThreshold")
        seen, last = {me.sealing_public, me.mask_public}, 0
        for entry in near:
            refuse_if(not last < entry["id"] <= p.cohort_size or entry["id"] == client,
                      "invalidNeighbour")
            last = entry["id"]
            for name in ("sealing_key", "mask_key"):
                refuse_if(entry["advertisement"][name] in seen, "repeatedKey")
                seen.add(entry["advertisement"][name])
        if not malicious:
            return
        for entry in near:
            refuse_if(not signed_by(
                entry_of(entry["id"], entry["advertisement"]), session,
                h.clients[entry["id"]].identity_public), "notAuthentic")
        paths = [(me.advertisement, body["own_path"])] + [
            (entry_of(e["id"], e["advertisement"]), e["path"]) for e in near]
        ids = body["ids"]
        if not ids:
            refuse_if(len(near) != n - 1, "rosterProof")
            whole = Roster(session, sorted(entry for entry, _ in paths))
            refuse_if(whole.commitment != body["commitment"], "rosterProof")
            return
        refuse_if(size_of_set(ids) != n, "rosterProof")
        refuse_if(int.from_bytes(ids, "little").bit_length() > p.cohort_size, "rosterProof")
        for entry, path in paths:
            led = Roster.commitment_by_path(entry, digests(path), ids, session)
            refuse_if(led != body["commitment"], "rosterProof")
        _, ranks = neighbour_graph(n, p.degree, body["commitment"])
        own, *others = [rank_in(ids, entry[0]) for entry, _ in paths]
        refuse_if(ranks[own] != others, "neighboursNotOfGraph")
        return
    roster = told[1]
    near = [entry["id"] for entry in roster["neighbours"]]
    if round_ == 2:
        last = 0
        for entry in body["shares"]:
            refuse_if(entry["peer"] not in near or entry["peer"] <= last, "invalidSharer")
            last = entry["peer"]
        refuse_if(len(body["shares"]) < t, "sharersBelowThreshold")
        return
    assert round_ == 4
    delivered = {entry["peer"] for entry in told[2]["shares"]}
    if malicious:
        # In these transcripts everyone answered round 3.
        announced, ids = told[3], sorted(h.received[0])
        bits = int.from_bytes(announced["contributors"], "little")
        visible = [
            i for r, i in enumerate(ids) if bits >> r & 1 and (i == client or i in near)]
        refuse_if(body["contributors"] != visible, "contributorsChanged")
        refuse_if(body["count"] != bits.bit_count(), "contributorsChanged")
        statement = (
            session + roster["commitment"] + u64(announced["size"]) + lp(announced["contributors"]))
        valid, left = 0, set(visible) - {client}
        for entry in body["endorsements"]:
            signer = entry["signer"]
            if signer in left and valid < t:
                left.remove(signer)
                valid += verifies(
                    h.clients[signer].identity_public, entry["signature"], "contributor set",
                    statement)
        refuse_if(valid < t, "endorsementsBelowThreshold")
        return
    visible = body["contributors"]
    refuse_if(body["count"] < max(p.minimum_contributors, 2), "contributorsBelowMinimum")
    last = 0
    for i in visible:
        refuse_if(i <= last or i not in delivered | {client}, "invalidContributor")
        last = i
    refuse_if(client not in visible, "missingFromContributors")
    unseen = roster["size"] - 1 - len(near)
    refuse_if(not len(visible) <= body["count"] <= len(visible) + unseen, "contributorCount")
    refuse_if(len(visible) - 1 < t, "contributingNeighboursBelowThreshold")


def check_refused_message(case):
    check_keys(case, ["input", "error"])
    given = case["input"]
    check_keys(given, ["about", "transcript", "after", "direction", "client", "bytes"])
    transcript = json.loads((FOLDER / f"{given['transcript']}.json").read_text())["cases"][0]
    h = History(transcript, given["after"])
    parsed = parse(given["direction"], given["client"], bytes.fromhex(given["bytes"]))

    def take(message_):
        if given["direction"] == "to server":
            server_takes(h, message_)
        else:
            client_takes(h, given["client"], message_)

    expect(refusal_of(lambda: take(parsed)), case["error"], given["about"])


def check_accepted(transcript):
    """Every message of a transcript passes the same checks."""
    for after, record in enumerate(transcript["messages"]):
        parsed = parse(record["direction"], record["client"], bytes.fromhex(record["bytes"]))
        h = History(transcript, after)
        if record["direction"] == "to server":
            if parsed[0] > h.round:
                raise Difference("a round was not opened")
            what = refusal_of(lambda: server_takes(h, parsed))
        elif parsed[0] == 3:
            continue
        else:
            what = refusal_of(lambda: client_takes(h, record["client"], parsed))
        expect(what, "none", f"message {after}")


CHECKS = {
    "session-digests": check_digest, "graphs": check_graph, "rosters": check_roster,
    "sharing": check_sharing, "masks": check_mask, "public-keys": check_public_key,
    "session-semi-honest": check_session, "session-semi-honest-sparse": check_session,
    "session-malicious": check_session, "session-malicious-sparse": check_session,
    "refused-bytes": check_refused_bytes, "refused-messages": check_refused_message,
}


def main():
    failed = False
    if {path.stem for path in FOLDER.glob("*.json")} != set(CHECKS):
        sys.exit(f"{FOLDER} does not hold exactly the files {sorted(CHECKS)}")
    for name, check in CHECKS.items():
        contents = json.loads((FOLDER / f"{name}.json").read_text())
        before = compared
        try:
            check_keys(contents, ["about", "cases"])
            for number, case in enumerate(contents["cases"]):
                try:
                    check(case)
                except (Difference, AssertionError) as error:
                    raise Difference(f"case {number}: {error!r}") from error
            print(f"{name}: {len(contents['cases'])} cases, {compared - before} values agree")
        except Difference as error:
            failed = True
            print(f"{name}: {error}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
