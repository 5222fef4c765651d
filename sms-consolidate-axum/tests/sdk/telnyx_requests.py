"""Telnyx: its library verifies, so its verdict is what the router must say."""

import base64
import json
import time

from nacl.signing import SigningKey
from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature

from cases import NOW, case

# The library compares with the machine's clock.
time.time = lambda: NOW

KEY = SigningKey(bytes(range(32)))
PUBLIC_KEY = base64.b64encode(bytes(KEY.verify_key)).decode()


def body(id, text="Yes", **payload):
    message = {
        "direction": "inbound",
        "id": id,
        "from": {"phone_number": "+639171234567", "carrier": "", "line_type": "", "status": ""},
        "to": [{"phone_number": "+15551230000", "status": "webhook_delivered"}],
        "media": [],
        "received_at": "2026-09-21T14:13:20.000+00:00",
        "text": text,
        "type": "SMS",
        **payload,
    }
    event = {"event_type": "message.received", "id": "e-" + id, "payload": message, "record_type": "event"}
    return json.dumps({"data": event, "meta": {"attempt": 1}}, ensure_ascii=False).encode()


def sign(body, timestamp=NOW, key=KEY):
    signature = key.sign(f"{timestamp}|".encode() + body).signature
    return {
        "Telnyx-Signature-Ed25519": base64.b64encode(signature).decode(),
        "Telnyx-Timestamp": str(timestamp),
    }


def check(name, body, headers, expected, messages=1):
    try:
        verify_webhook_signature(body, headers, PUBLIC_KEY)
        accepted = True
    except WebhookVerificationError:
        accepted = False
    assert accepted == expected, name
    case(name, body=body, headers=headers, accepted=accepted, messages=messages)


def without(headers, name):
    return {key: value for key, value in headers.items() if key != name}


plain = body("1")
check("a text", plain, sign(plain), True)
other = body("2", "Sí 👍 + & = %20")
check("unicode, plus signs and spaces", other, sign(other), True)
empty = body("3", "")
check("an empty text", empty, sign(empty), True)
mms = body("4", "", media=[{"url": "https://example.com/a.jpg", "content_type": "image/jpeg"}])
check("a picture alone", mms, sign(mms), True)
status = json.dumps({"data": {"event_type": "message.finalized", "payload": {"id": "5"}}}).encode()
check("a status", status, sign(status), True, messages=0)
for name, timestamp, expected in [
    ("signed five minutes ago", NOW - 300, True),
    ("signed earlier", NOW - 301, False),
    ("signed in five minutes", NOW + 300, True),
    ("signed later", NOW + 301, False),
]:
    late = body(name)
    check(name, late, sign(late, timestamp), expected)
check("another body", body("6", "No"), sign(body("6")), False)
check("a longer body", plain + b" ", sign(plain), False)
check("another key", body("7"), sign(body("7"), key=SigningKey(bytes(32))), False)
check("another time", body("8"), {**sign(body("8")), "Telnyx-Timestamp": str(NOW - 1)}, False)
check("no signature", body("9"), without(sign(body("9")), "Telnyx-Signature-Ed25519"), False)
check("no time", body("9"), without(sign(body("9")), "Telnyx-Timestamp"), False)
check("a time that is none", body("9"), {**sign(body("9")), "Telnyx-Timestamp": "soon"}, False)
check("an empty signature", body("9"), {**sign(body("9")), "Telnyx-Signature-Ed25519": ""}, False)
cut = sign(body("9"))["Telnyx-Signature-Ed25519"][:-4]
check("half a signature", body("9"), {**sign(body("9")), "Telnyx-Signature-Ed25519": cut}, False)
# The address is not signed: a proxy, a port or a query of its own change nothing.
elsewhere = body("10")
case("through a proxy", body=elsewhere, headers={**sign(elsewhere), "Host": "10.0.0.1:8000"}, target="/in?a=b", accepted=True)
