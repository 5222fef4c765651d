"""Sinch's Conversation API: its library verifies and reads, so its verdict is what the router must say."""

import base64
import hashlib
import hmac
import json

from sinch.domains.conversation.sinch_events.v1.conversation_sinch_event import ConversationSinchEvent

from cases import NOW, case

SECRET = "s3cret"


def body(id, content=None, **changes):
    message = {
        "id": id,
        "direction": "TO_APP",
        "contact_message": content or {"text_message": {"text": "S\u00ed \U0001f44d + & = %20"}},
        "channel_identity": {"channel": "SMS", "identity": "639171234567", "app_id": ""},
        "conversation_id": "01EQ8172WMDB8008EFT4M30481",
        "contact_id": "01EQ4174TGGY5B1VPTPGHW19R0",
        "metadata": "",
        "accept_time": "2026-09-21T14:13:21.915829Z",
        "sender_id": "15551230000",
        "processing_mode": "DISPATCH",
        **changes,
    }
    return event(message=message)


def event(**content):
    call = {
        "app_id": "01EB37HMH1M6SV18ABNS3G135H",
        "accepted_time": "2026-09-21T14:13:21.993024Z",
        "event_time": "2026-09-21T14:13:20.814Z",
        "project_id": "c36f3d3d-1523-4edd-ae42-11995557ff61",
        **content,
    }
    return json.dumps(call, ensure_ascii=False).encode()


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
    library = ConversationSinchEvent(SECRET)
    accepted = library.validate_authentication_header(headers, body)
    assert accepted == expected, name
    if accepted and messages:
        # What the router takes for a message is one.
        assert type(library.parse_event(body)).__name__ == "MessageInboundEvent", name
    case(name, body=body, headers=headers, accepted=accepted, messages=messages)


for number, content in enumerate(
    [
        None,
        {"media_message": {"url": "https://example.com/a.jpg"}},
        {"media_card_message": {"url": "https://example.com/a.jpg", "caption": "Hi"}},
        {"choice_response_message": {"message_id": "m", "postback_data": "yes"}},
        {"location_message": {"title": "Here", "coordinates": {"latitude": 55.6, "longitude": 13.0}}},
    ]
):
    message = body(f"kind-{number}", content)
    check(f"a message, {number}", message, sign(message), True)
again = body("kind-0")
check("the same again", again, sign(again), True, messages=0)
for name, call in [
    ("a report", event(message_delivery_report={"message_id": "m", "status": "DELIVERED"})),
    ("our own", body("own", direction="TO_CONTACT")),
    ("an opt-out", event(opt_out_notification={"channel": "SMS", "identity": "639171234567", "status": "OPT_OUT_SUCCEEDED"})),
    ("composing", event(event={"direction": "TO_APP", "contact_event": {"composing_event": {}}})),
]:
    check(name, call, sign(call), True, messages=0)

check("another body", body("6"), sign(body("5")), False)
check("a longer body", body("6") + b" ", sign(body("6")), False)
check("another secret", body("7"), sign(body("7"), secret="other"), False)
check("another nonce", body("8"), {**sign(body("8")), "x-sinch-webhook-signature-nonce": "x"}, False)
check("another time", body("8"), {**sign(body("8")), "x-sinch-webhook-signature-timestamp": str(NOW - 1)}, False)
for header in list(sign(b""))[:3]:
    kept = {name: value for name, value in sign(body("9")).items() if name != header}
    check("no " + header, body("9"), kept, False)
for name, timestamp, accepted in [
    ("delivered again until the end", NOW - 46 * 3600, True),
    ("signed earlier", NOW - 46 * 3600 - 1, False),
    ("signed later", NOW + 301, False),
]:
    late = body(name)
    assert ConversationSinchEvent(SECRET).validate_authentication_header(sign(late, timestamp), late)
    case(name, body=late, headers=sign(late, timestamp), accepted=accepted)
