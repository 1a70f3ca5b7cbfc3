"""Makes tokens that only the service could make, with its own key out of its own vault."""
import base64
import ctypes
import ctypes.util
import hmac
import json
import time

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

NONCE, TAG = 24, 16


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def vault_unseal(master_key, place, sealed):
    """XChaCha20-Poly1305, bound to its place: what auth/vault.h promises."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    assert sodium.sodium_init() >= 0
    data = unb64(sealed)
    assert data[0] == 1
    nonce, box = data[1:1 + NONCE], data[1 + NONCE:]
    bound = f"chaperone vault 1 {place}".encode()
    plain = ctypes.create_string_buffer(len(box) - TAG)
    size = ctypes.c_ulonglong()
    failed = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, ctypes.byref(size), None, box, ctypes.c_ulonglong(len(box)), bound,
        ctypes.c_ulonglong(len(bound)), nonce, master_key)
    assert failed == 0, "the vault does not open"
    return plain.raw[:size.value].decode()


def es256(key, signed):
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def pem_of(public_key):
    return public_key.public_bytes(serialization.Encoding.PEM,
                                   serialization.PublicFormat.SubjectPublicKeyInfo)


class Forge:
    def __init__(self, house):
        row = house.sql("SELECT id, sealed FROM signing_key WHERE state = 'active'")[0]
        with open(house.master_key, encoding="ascii") as file:
            self.master_key = file.read().strip()
        self.kid = str(row["id"])
        self.private_pem = vault_unseal(bytes.fromhex(self.master_key),
                                        f"signing_key/{self.kid}", row["sealed"])
        self.key = serialization.load_pem_private_key(self.private_pem.encode(), None)
        self.foreign = ec.generate_private_key(ec.SECP256R1())
        self.url = house.url
        self.house = house

    def start(self, login):
        """Takes a real token of this person as the pattern for all that follow."""
        self.real = self.house.sign_in(login).json["access_token"]
        self.claims = jwt.decode(self.real, options={"verify_signature": False})
        self.header = jwt.get_unverified_header(self.real)

    def with_header(self, key=None, drop=(), **changes):
        header = {k: v for k, v in {**self.header, **changes}.items() if k not in drop}
        return self.sealed(json.dumps(header), json.dumps(self.claims), key)

    def with_claims(self, drop=(), **changes):
        claims = {k: v for k, v in {**self.claims, **changes}.items() if k not in drop}
        return self.sealed(json.dumps(self.header), json.dumps(claims))

    def sealed(self, header, payload, key=None):
        """Any two texts under a good signature of our key, or of another."""
        signed = f"{b64(header.encode())}.{b64(payload.encode())}"
        return f"{signed}.{b64(es256(key or self.key, signed.encode()))}"

    def with_signature(self, signature):
        return self.real.rsplit(".", 1)[0] + "." + signature

    def hmac(self, secret, alg="HS256"):
        header = json.dumps({**self.header, "alg": alg})
        signed = f"{b64(header.encode())}.{b64(json.dumps(self.claims).encode())}"
        return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"

    def unsigned(self, alg):
        header = json.dumps({**self.header, "alg": alg})
        return f"{b64(header.encode())}.{b64(json.dumps(self.claims).encode())}."

    def twice(self, name, value):
        """A claim that is there twice: readers differ on which of them counts."""
        payload = json.dumps(self.claims)
        return self.sealed(json.dumps(self.header),
                           payload[:-1] + f", {json.dumps(name)}: {json.dumps(value)}}}")

    @staticmethod
    def now(offset=0):
        return int(time.time()) + offset
