"""Plivo: its library verifies, so its verdict is what the router must say."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from plivo.utils import validate_signature

from cases import case

# What Plivo was told to call. The server behind the proxy sees another host and port.
PUBLIC = "https://sms.example.com/in?tenant=7"
TOKEN = "s3cret"
SIGNATURE, MAIN, NONCE = "X-Plivo-Signature-V2", "X-Plivo-Signature-Ma-V2", "X-Plivo-Signature-V2-Nonce"
FORM = "application/x-www-form-urlencoded"


def text(id, text="Yes", **others):
    message = {
        "From": "639171234567", "MessageIntent": "", "MessageUUID": id, "PowerpackUUID": "", "Text": text,
        "To": "15551230000", "TotalAmount": "0.0035", "TotalRate": "0.0035", "Type": "sms", "Units": "1",
    }
    return {**message, **others}


def sign(url="https://sms.example.com/in", nonce="05429567804466091622", token=TOKEN, header=SIGNATURE):
    # The library verifies only.
    signature = hmac.new(token.encode(), (url + nonce).encode(), hashlib.sha256).digest()
    return {header: base64.b64encode(signature).decode(), NONCE: nonce}


def check(name, expected, parameters, headers, *, target="/in?tenant=7", method="POST", messages=1, host="sms.example.com"):
    signatures = [headers[header] for header in (SIGNATURE, MAIN) if header in headers]
    nonce = headers.get(NONCE)
    accepted = nonce is not None and any(validate_signature(PUBLIC, nonce, given, TOKEN) for given in signatures)
    assert accepted == expected, name
    body = urlencode(parameters)
    if method == "GET":
        target, body = f"{target}&{body}", ""
    headers = {"Content-Type": FORM, "Host": host, **headers}
    case(name, body=body, headers=headers, target=target, method=method, accepted=accepted, messages=messages)


def without(headers, name):
    return {key: value for key, value in headers.items() if key != name}


check("a text", True, text("1"), sign())
check("the same again", True, text("1"), sign(), messages=0)
check("another nonce", True, text("2"), sign(nonce="00000000000000000001"))
for n, words in enumerate(["", "a+b & c=d; 100%20", "Sí 👍🏽 oo nga", "line\r\nfeed"]):
    check(f"the text {words!r}", True, text(f"3{n}", words), sign())
check("a picture", True, text("4", Type="mms", MediaCount="1", Media0="https://media.plivo.com/a"), sign())
check("a report", True, {"MessageUUID": "5", "Status": "delivered", "To": "639171234567"}, sign(), messages=0)
check("the main account", True, text("6"), sign(header=MAIN))
check("a subaccount", True, text("7"), {**sign(token="subaccount"), **sign(header=MAIN)})
check("a GET", True, text("8", "a+b ü"), sign(), method="GET")
check("through a proxy", True, text("9"), sign(), host="10.0.0.1:8000")
# The query and the parameters are not signed.
check("another query", True, text("10"), sign(), target="/in?a=b")
check("a parameter added", True, text("11", Added=""), sign())

check("no signature", False, text("99"), without(sign(), SIGNATURE))
check("no nonce", False, text("99"), without(sign(), NONCE))
check("an empty signature", False, text("99"), {**sign(), SIGNATURE: ""})
check("half a signature", False, text("99"), {**sign(), SIGNATURE: sign()[SIGNATURE][:-4]})
check("the nonce of another call", False, text("99"), {**sign(), NONCE: "1"})
check("an empty nonce", False, text("99"), {**sign(), NONCE: ""})
check("another token", False, text("99"), sign(token="other"))
check("another token for both", False, text("99"), {**sign(token="other"), **sign(token="other", header=MAIN)})
check("the port added", False, text("99"), sign("https://sms.example.com:443/in"))
check("http", False, text("99"), sign("http://sms.example.com/in"))
check("another path", False, text("99"), sign("https://sms.example.com/in/"))
check("the query signed", False, text("99"), sign(PUBLIC))
check("what the proxy calls", False, text("99"), sign("http://10.0.0.1:8000/in"), host="10.0.0.1:8000")
check("a GET by another token", False, text("99"), sign(token="other"), method="GET")
