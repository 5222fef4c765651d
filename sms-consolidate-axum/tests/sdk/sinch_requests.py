"""Sinch: its library verifies, so its verdict is what the router must say. It does not look at the time; the router does."""

import base64
import hashlib
import hmac
import json

from sinch.domains.sms.sinch_events.v1.sms_sinch_event import SmsSinchEvent

from cases import NOW, case

SECRET = "s3cret"


def body(id, text="Yes", type="mo_text"):
    message = {
        "body": text,
        "from": "639171234567",
        "id": id,
        "operator_id": "51503",
        "received_at": "2026-09-21T14:13:20.129Z",
        "to": "15551230000",
        "type": type,
    }
    return json.dumps(message, ensure_ascii=False).encode()


def sign(body, timestamp=NOW, secret=SECRET, nonce="01JABC"):
    signed = body + f".{nonce}.{timestamp}".encode()
    signature = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return {
        "x-sinch-webhook-signature": base64.b64encode(signature).decode(),
        "x-sinch-webhook-signature-nonce": nonce,
        "x-sinch-webhook-signature-timestamp": str(timestamp),
        "x-sinch-webhook-signature-algorithm": "HmacSHA256",
    }


def check(name, body, headers, expected, messages=1):
    accepted = SmsSinchEvent(SECRET).validate_authentication_header(headers, body)
    assert accepted == expected, name
    if accepted and messages:
        SmsSinchEvent(SECRET).parse_event(body)
    case(name, body=body, headers=headers, accepted=accepted, messages=messages)


def without(headers, name):
    return {key: value for key, value in headers.items() if key != name}


check("a text", body("1"), sign(body("1")), True)
other = body("2", "Sí 👍 + & = %20")
check("unicode, plus signs and spaces", other, sign(other), True)
check("an empty text", body("3", ""), sign(body("3", "")), True)
media = {"subject": "", "message": "", "media": [{"url": "https://example.com/a", "content_type": "image/png", "status": "Uploaded", "code": 0}]}
mms = body("4", media, "mo_media")
check("a picture alone", mms, sign(mms), True)
report = json.dumps({"type": "recipient_delivery_report_sms", "batch_id": "b", "status": "Delivered", "code": 0}).encode()
check("a delivery report", report, sign(report), True, messages=0)
check("an empty nonce", body("5"), sign(body("5"), nonce=""), True)
check("another body", body("6", "No"), sign(body("6")), False)
check("a longer body", body("6") + b" ", sign(body("6")), False)
check("another secret", body("7"), sign(body("7"), secret="other"), False)
check("another nonce", body("8"), {**sign(body("8")), "x-sinch-webhook-signature-nonce": "x"}, False)
check("another time", body("8"), {**sign(body("8")), "x-sinch-webhook-signature-timestamp": str(NOW - 1)}, False)
for header in list(sign(b""))[:3]:
    check("no " + header, body("9"), without(sign(body("9")), header), False)
check("an empty signature", body("9"), {**sign(body("9")), "x-sinch-webhook-signature": ""}, False)
for name, timestamp, accepted in [
    ("delivered again until the end", NOW - 46 * 3600, True),
    ("signed earlier", NOW - 46 * 3600 - 1, False),
    ("signed a little later", NOW + 300, True),
    ("signed later", NOW + 301, False),
]:
    late = body(name)
    assert SmsSinchEvent(SECRET).validate_authentication_header(sign(late, timestamp), late)
    case(name, body=late, headers=sign(late, timestamp), accepted=accepted)
elsewhere = body("10")
case("through a proxy", body=elsewhere, headers={**sign(elsewhere), "Host": "10.0.0.1:8000"}, target="/in?a=b", accepted=True)
