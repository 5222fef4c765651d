"""WhatsApp Cloud API. Meta has no Python library for webhooks: pywa is somebody else's, written from Meta's pages."""

import hashlib
import hmac
import json

from pywa.utils import webhook_updates_validator

from cases import case

SECRET = "app-secret"
HEADER = "X-Hub-Signature-256"


def sign(body, secret=SECRET):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def call(id, text, kind="text", **more):
    content = {"text": {"body": text}, "image": {"id": "1003", "caption": text}, "reaction": {"emoji": text}}[kind]
    message = {"id": id, "from": "16505551234", "timestamp": "1790000000", "type": kind, kind: content, **more}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "messages": [message],
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }


def send(name, body, signature, expected, messages=1, host="example.com", header=HEADER):
    """Sends `body` with `signature`; `expected` must be the library's verdict."""
    if signature is None:
        assert not expected
        case(name, accepted=False, body=body, headers={"Host": host})
        return
    assert webhook_updates_validator(SECRET, body, signature) == expected, name
    case(name, accepted=expected, body=body, headers={header: signature, "Host": host}, messages=messages)


# Meta escapes what is not ASCII, as Python does.
plain = json.dumps(call("a", "Oo nga \U0001f44d caf\u00e9 + 1 & 2 = 3")).encode()
send("as it is", plain, sign(plain), True)
send("again", plain, sign(plain), True, messages=0)
unescaped = json.dumps(call("b", "caf\u00e9 \u4f60\u597d"), ensure_ascii=False).encode()
send("unescaped unicode", unescaped, sign(unescaped), True)
empty = json.dumps(call("c", "")).encode()
send("empty text", empty, sign(empty), True)
picture = json.dumps(call("d", "Taj Mahal", kind="image")).encode()
send("a picture", picture, sign(picture), True)
reaction = json.dumps(call("e", "\U0001f44d", kind="reaction")).encode()
send("a reaction", reaction, sign(reaction), True, messages=0)
proxied = json.dumps(call("f", "Hi")).encode()
send("behind a proxy", proxied, sign(proxied), True, host="10.0.0.7:8080")
send("a port in the URL", proxied, sign(proxied), True, host="example.com:443", messages=0)
spaced = json.dumps(call("g", "Hi"), indent=4).encode()
send("blanks between", spaced, sign(spaced), True)
send("header in small letters", spaced, sign(spaced), True, messages=0, header=HEADER.lower())

send("changed text", plain.replace(b"nga", b"xxx"), sign(plain), False)
send("one byte more", plain + b" ", sign(plain), False)
send("one byte less", plain[:-1], sign(plain), False)
send("added field", plain.replace(b'{"id": "a"', b'{"x": 1, "id": "a"'), sign(plain), False)
send("written otherwise", json.dumps(json.loads(plain), ensure_ascii=False).encode(), sign(plain), False)
send("empty body", b"", sign(plain), False)
send("wrong key", plain, sign(plain, "another"), False)
send("empty key", plain, sign(plain, ""), False)
send("missing header", plain, None, False)
send("empty signature", plain, "sha256=", False)
send("cut signature", plain, sign(plain)[:-2], False)
send("signature twice", plain, f"{sign(plain)}, {sign(plain)}", False)
sha1 = "sha1=" + hmac.new(SECRET.encode(), plain, hashlib.sha1).hexdigest()
send("the signature of before", plain, sha1, False)
# A proxy joins them by a comma, which is not a signature; here they are refused.
case("right header before a wrong one", accepted=False, body=plain, headers={HEADER: sign(plain), HEADER.lower(): sign(plain, "x")})
case("wrong header before the right one", accepted=False, body=plain, headers={HEADER: sign(plain, "x"), HEADER.lower(): sign(plain)})
case("only the header of before", accepted=False, body=plain, headers={"X-Hub-Signature": sha1})

# Meta's page on webhooks: answer the challenge if the token is right.
challenge = "/in?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
case("challenge", accepted=True, method="GET", target=challenge + "verify-token", messages=0)
case("challenge, wrong token", accepted=False, method="GET", target=challenge + "another")
case("challenge, empty token", accepted=False, method="GET", target=challenge)
