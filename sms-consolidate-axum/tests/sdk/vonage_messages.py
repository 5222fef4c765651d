"""Vonage's Messages API: its library verifies tokens. It looks neither at the hash of the body nor at the age; the router does."""

import hashlib
import json

import jwt
from vonage_jwt import verify_signature
from vonage_jwt.errors import VonageVerifyJwtError

from cases import NOW, case

# As long as the library wants a secret.
SECRET = "a-signature-secret-of-so-many-characters-that-no-method-minds-it!"
DAY = 24 * 60 * 60


def body(id, **changes):
    message = {
        "channel": "sms",
        "message_uuid": id,
        "to": "15551230000",
        "from": "639171234567",
        "timestamp": "2026-09-21T14:13:20Z",
        "message_type": "text",
        "text": "Oo nga \U0001f44d caf\u00e9, 1+1 = 2",
        "sms": {"num_messages": "1"},
        "usage": {"currency": "EUR", "price": "0.0333"},
        **changes,
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def token(body, secret=SECRET, algorithm="HS256", **changes):
    claims = {
        "iat": NOW,
        "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": "a1b2c3d4",
        "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
        **changes,
    }
    return jwt.encode(claims, secret, algorithm=algorithm)


def verdict(token):
    try:
        return verify_signature(token, SECRET)
    except VonageVerifyJwtError as error:
        # The library takes the time from the machine, where the tests' present may be in the future.
        if "ImmatureSignatureError" in repr(error) or "ExpiredSignatureError" in repr(error):
            return True
        return False


def check(name, body, token, expected, *, accepted=None, messages=1):
    """`expected` is the library's verdict; `accepted` is ours where it differs."""
    assert verdict(token) == expected, name
    accepted = expected if accepted is None else accepted
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    case(name, body=body, headers=headers, accepted=accepted, messages=messages)


text = body("1")
check("a text", text, token(text), True)
check("the same again", text, token(text, jti="another"), True, messages=0)
whatsapp = body("2", channel="whatsapp", message_type="reply", reply={"id": "1", "title": "Yes"})
check("a choice", whatsapp, token(whatsapp), True)
report = body("3", status="delivered")
check("a report", report, token(report), True, messages=0)
elsewhere = body("4")
case("through a proxy", body=elsewhere, headers={"Authorization": f"Bearer {token(elsewhere)}", "Host": "10.0.0.1:8000"}, target="/in?a=b", accepted=True)

other = body("5")
check("another secret", other, token(other, secret="another"), False)
for algorithm in ("HS384", "HS512"):
    check(f"another algorithm, {algorithm}", other, token(other, algorithm=algorithm), False)
check("no algorithm", other, token(other, secret=None, algorithm="none"), False)
good = token(other)
check("a cut signature", other, good[:-4], False)
check("no signature", other, good.rsplit(".", 1)[0] + ".", False)
check("another header", other, token(other, algorithm="HS512").split(".")[0] + "." + good.split(".", 1)[1], False)
check("other claims", other, ".".join([good.split(".")[0], token(text).split(".")[1], good.split(".")[2]]), False)
check("no token", other, "", False)
case("no header", body=other, accepted=False)

# The library leaves these to whoever calls it.
check("another body", body("6"), token(other), True, accepted=False)
check("a body written otherwise", other + b" ", token(other), True, accepted=False)
check("no hash", other, token(other, payload_hash=None), True, accepted=False)
for name, seconds, accepted in [
    ("as old as it may be", NOW - DAY - 300, True),
    ("old", NOW - DAY - 301, False),
    ("a little early", NOW + 300, True),
    ("from the future", NOW + 301, False),
]:
    late = body(name)
    check(name, late, token(late, iat=seconds), True, accepted=accepted)
