"""Twilio: its library verifies, so its verdict is what the router must say."""

import hashlib
import json
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from cases import case

# What Twilio was told to call. The server behind the proxy sees another host and port.
PUBLIC = "https://sms.example.com"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
TOKENS = ["s3cret", "primary"]


class Values(list):
    """Names and values in their order, which the library reads as it does those of web frameworks."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.names = [name for name, _ in pairs]

    def __iter__(self):
        return iter(self.names)

    def getall(self, wanted):
        return [value for name, value in self[:] if name == wanted]


def text(number, body="Yes", **others):
    sid = f"SM{number:032}"
    message = {
        "ToCountry": "US", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "",
        "SmsSid": sid, "SmsStatus": "received", "Body": body, "To": "+15551230000", "ToZip": "",
        "NumSegments": "1", "MessageSid": sid, "AccountSid": "AC0", "From": "+639171234567",
        "ApiVersion": "2010-04-01", **others,
    }
    return list(message.items())


def sign(pairs, target="/in", base=PUBLIC, token="s3cret", algorithm=None):
    validator = RequestValidator(token)
    return validator.compute_signature(base + target, Values(pairs), algorithm)


def verdict(method, target, body, headers, public):
    """What the library says of the request at its public address, by any of the tokens."""
    given = headers.get(SIGNATURE_HEADER)
    if given is None:
        return False
    if "json" in headers["Content-Type"]:
        if "bodySHA256=" not in target:
            # The library raises an exception.
            return False
        parameters = body.decode()
    else:
        parameters = Values(parse_qsl(body.decode(), keep_blank_values=True))
    algorithm = get_signature_algorithm(headers.get(SIGNATURE_SETTINGS_HEADER))
    validators = [RequestValidator(token) for token in TOKENS]
    return any(validator.validate(public + target, parameters, given, algorithm) for validator in validators)


def check(name, expected, *, signature=None, pairs=(), body=None, target="/in", method="POST", settings=None,
          kind=FORM, messages=1, host="sms.example.com"):
    body = urlencode(pairs).encode() if body is None else body
    headers = {"Content-Type": kind, "Host": host}
    if signature is not None:
        headers[SIGNATURE_HEADER] = signature
    if settings is not None:
        headers[SIGNATURE_SETTINGS_HEADER] = settings
    accepted = verdict(method, target, body, headers, PUBLIC)
    assert accepted == expected, name
    case(name, body=body, headers=headers, target=target, method=method, accepted=accepted, messages=messages)


plain = text(1)
check("a text", True, pairs=plain, signature=sign(plain))
check("the same again", True, pairs=plain, signature=sign(plain), messages=0)
for n, body in enumerate(["", " ", "a+b & c=d; 100%20 ?#", "Sí 👍🏽 oo nga", "line\r\nfeed\ttab", "\u0000 \u202e"]):
    message = text(20 + n, body)
    check(f"the text {body!r}", True, pairs=message, signature=sign(message))
empty = text(3) + [("Empty", ""), ("empty", "")]
check("empty values", True, pairs=empty, signature=sign(empty))
several = text(4) + [("Media", "b"), ("Media", "a"), ("Media", "b"), ("Média", "ü"), ("media", "B")]
check("a name with several values", True, pairs=several, signature=sign(several))
chat = text(5, From="whatsapp:+639171234567", To="whatsapp:+15551230000", ProfileName="Ana")
check("a chat", True, pairs=chat, signature=sign(chat))
status = text(6, SmsStatus="delivered", MessageStatus="delivered")
check("a status", True, pairs=status, signature=sign(status), messages=0)
behind = text(7)
check("through a proxy", True, pairs=behind, signature=sign(behind), host="10.0.0.1:8000")
check("the port added", True, pairs=text(8), signature=sign(text(8), base=PUBLIC + ":443"))
rotated = text(9)
check("the other token", True, pairs=rotated, signature=sign(rotated, token="primary"))
query = "/in?tenant=a%20b+c&x"
tenant = text(10)
check("a query", True, pairs=tenant, target=query, signature=sign(tenant, query))
got = "/in?" + urlencode(text(11, "a+b ü"))
check("a GET", True, method="GET", target=got, signature=sign([], got))

shared = "key=webhooks_sharedkey_0,algorithm="
modern = text(12)
check("SHA-256", True, pairs=modern, settings=shared + "HMAC_SHA256", signature=sign(modern, algorithm="HMAC_SHA256"))
modern = text(13)
check("SHA-1 by name", True, pairs=modern, settings=shared + "HMAC_SHA1", signature=sign(modern))
check("no algorithm", True, pairs=plain, settings="key=webhooks_sharedkey_0", signature=sign(plain), messages=0)

event = json.dumps([{"type": "com.twilio.messaging.message.sent", "data": {"body": "ü"}}], ensure_ascii=False)
hashed = "/in?bodySHA256=" + hashlib.sha256(event.encode()).hexdigest()
check("JSON", True, body=event.encode(), kind="application/json", target=hashed, signature=sign([], hashed), messages=0)
check("JSON changed", False, body=event.encode() + b" ", kind="application/json", target=hashed,
      signature=sign([], hashed))
check("JSON without a hash", False, body=event.encode(), kind="application/json", signature=sign([]))

bad = text(99)
good = sign(bad)
check("no signature", False, pairs=bad)
check("an empty signature", False, pairs=bad, signature="")
check("half a signature", False, pairs=bad, signature=good[:-4])
check("another token", False, pairs=bad, signature=sign(bad, token="other"))
check("another text", False, pairs=text(99, "No"), signature=good)
check("a space more", False, pairs=text(99, "Yes "), signature=good)
check("a parameter added", False, pairs=bad + [("Added", "")], signature=good)
check("a parameter left out", False, pairs=bad[1:], signature=good)
check("a second sender", False, pairs=bad + [("From", "+639170000000")], signature=good)
check("another path", False, pairs=bad, signature=sign(bad, "/in/"))
check("another host", False, pairs=bad, signature=sign(bad, base="https://example.com"))
check("what the proxy calls", False, pairs=bad, signature=sign(bad, base="http://10.0.0.1:8000"), host="10.0.0.1:8000")
check("another port", False, pairs=bad, signature=sign(bad, base=PUBLIC + ":8443"))
check("http", False, pairs=bad, signature=sign(bad, base="http://sms.example.com"))
check("a query added", False, pairs=bad, target="/in?a=b", signature=good)
check("a query left out", False, pairs=bad, signature=sign(bad, "/in?a=b"))
check("a query written otherwise", False, pairs=bad, target="/in?a=b%20c", signature=sign(bad, "/in?a=b+c"))
check("a GET changed", False, method="GET", target=got.replace("0011&", "0099&"), signature=sign([], got))
check("SHA-1 for SHA-256", False, pairs=bad, settings=shared + "HMAC_SHA256", signature=good)
check("SHA-256 for SHA-1", False, pairs=bad, signature=sign(bad, algorithm="HMAC_SHA256"))
check("an unknown algorithm", False, pairs=bad, settings=shared + "HMAC_MD5", signature=good)
