"""Vonage: its SDKs sign every request and verify it as it is sent."""

import json
from urllib.parse import parse_qsl, urlencode

import nexmo
from vonage_http_client.auth import Auth

from cases import NOW, case

SECRET = "my0secret"
DAY = 24 * 60 * 60


class Sdk:
    """One signing method: the signature of parameters, and the verdict on them."""

    def __init__(self, method, secret=SECRET):
        self.method = method
        # "MD5 hash" is not in the newer SDK: it says to leave the method out, and fails on that.
        digest = None if method == "md5hash" else method
        self.old = nexmo.Client(key="k", secret="s", signature_secret=secret, signature_method=digest)
        self.new = digest and Auth("k", signature_secret=secret, signature_method=digest)

    def sign(self, parameters):
        sign = self.new.sign_params if self.new else self.old.signature
        return sign(dict(parameters))

    def accepts(self, parameters):
        verdict = self.old.check_signature(dict(parameters))
        assert self.new is None or self.new.check_signature(dict(parameters)) == verdict
        return verdict


def message(**changes):
    parameters = {
        "msisdn": "639171234567",
        "to": "15551230000",
        "messageId": f"m{message.count}",
        "text": "Oo nga \U0001f44d caf\u00e9, 1+1 = 2 & so on",
        "type": "unicode",
        "keyword": "OO",
        "api-key": "abcd1234",
        "message-timestamp": "2026-09-21 14:13:20",
        "timestamp": str(NOW),
        "nonce": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    }
    message.count += 1
    parameters.update({name.replace("_", "-"): value for name, value in changes.items()})
    return {name: value for name, value in parameters.items() if value is not None}


message.count = 0


def send(name, sdk, parameters, expected, *, accepted=None, host="example.com", messages=1):
    """The same call in all three forms. `expected` is the SDK's verdict; `accepted` is ours where it differs."""
    assert sdk.accepts(parameters) == expected, f"{sdk.method}, {name}"
    accepted = expected if accepted is None else accepted
    form = urlencode(parameters)
    # What a server reads of the form is what was signed.
    assert dict(parse_qsl(form, keep_blank_values=True)) == {k: str(v) for k, v in parameters.items()}
    for form_of_call in ("GET", "form", "JSON"):
        headers = {"X-Algorithm": sdk.method, "Host": host}
        call = {"name": f"{sdk.method}, {name}, {form_of_call}", "accepted": accepted}
        # Only the first form of a message is new.
        call["messages"] = messages if form_of_call == "GET" else 0
        if form_of_call == "GET":
            case(method="GET", target=f"/in?{form}", headers=headers, **call)
        elif form_of_call == "form":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
            case(body=form, headers=headers, **call)
        else:
            headers["Content-Type"] = "application/json"
            case(body=json.dumps(parameters), headers=headers, **call)


def signed(sdk, **changes):
    parameters = message(**changes)
    parameters["sig"] = sdk.sign(parameters)
    return parameters


def cases(sdk, others):
    send("as it is", sdk, signed(sdk), True)
    send("plus signs and spaces", sdk, signed(sdk, text="+ + a+b %2B  c "), True)
    send("ampersands and equals signs", sdk, signed(sdk, text="&a=b&&c==d"), True)
    send("empty values", sdk, signed(sdk, text="", keyword=""), True)
    send("unicode", sdk, signed(sdk, text="\u0645\u0631\u062d\u0628\u0627 \u4f60\u597d \U0001f468\u200d\U0001f469\u200d\U0001f467 \u202e\u0000"), True)
    send("a part", sdk, signed(sdk, concat="true", concat_ref="1", concat_total="2", concat_part="1"), True)
    send("a delivery receipt", sdk, signed(sdk, status="delivered", err_code="0"), True, messages=0)
    send("a field that is to come", sdk, signed(sdk, Zukunft="x"), True)
    upper = signed(sdk)
    upper["sig"] = upper["sig"].upper()
    send("signature in capitals", sdk, upper, True)
    send("behind a proxy", sdk, signed(sdk), True, host="10.0.0.7:8080")
    send("a port in the URL", sdk, signed(sdk), True, host="example.com:443")

    good = signed(sdk)
    for field in ("text", "msisdn", "to", "messageId", "timestamp", "nonce"):
        send(f"changed {field}", sdk, {**good, field: good[field] + "0"}, False)
    send("added parameter", sdk, {**good, "concat": "true"}, False)
    send("added empty parameter", sdk, {**good, "udh": ""}, False)
    send("removed parameter", sdk, {k: v for k, v in good.items() if k != "keyword"}, False)
    send("removed signature", sdk, {k: v for k, v in good.items() if k != "sig"}, False)
    send("empty signature", sdk, {**good, "sig": ""}, False)
    send("cut signature", sdk, {**good, "sig": good["sig"][:-2]}, False)
    for other in others:
        if other.method != sdk.method:
            send(f"signed by {other.method}", sdk, signed(other), False)

    # The SDKs do not look at the time.
    send("as old as it may be", sdk, signed(sdk, timestamp=str(NOW - DAY - 300)), True)
    send("old", sdk, signed(sdk, timestamp=str(NOW - DAY - 301)), True, accepted=False)
    send("from the future", sdk, signed(sdk, timestamp=str(NOW + 301)), True, accepted=False)
    send("a time that is none", sdk, signed(sdk, timestamp="soon"), True, accepted=False)

    send("wrong key", sdk, signed(Sdk(sdk.method, "another")), False)

    # A server that keeps one of two values, as the SDK's examples do, takes this for signed.
    twice = f"text=STOP&{urlencode(good)}"
    assert sdk.accepts(dict(parse_qsl(twice)))
    case(f"{sdk.method}, a parameter twice", accepted=False, method="GET", target=f"/in?{twice}", headers={"X-Algorithm": sdk.method})

    # Without a body the query counts, with one it does not.
    in_url = signed(sdk)
    headers = {"X-Algorithm": sdk.method}
    case(f"{sdk.method}, POST with a query", accepted=True, target=f"/in?{urlencode(in_url)}", headers=headers)
    case(f"{sdk.method}, body not signed", accepted=False, target=f"/in?{urlencode(in_url)}", body="text=STOP", headers=headers)

    numbers = message(timestamp=NOW)
    numbers["sig"] = sdk.sign(numbers)
    assert sdk.accepts(numbers)
    headers = {"X-Algorithm": sdk.method, "Content-Type": "application/json"}
    case(f"{sdk.method}, a number in JSON", accepted=True, body=json.dumps(numbers), headers=headers)
    text = json.dumps(numbers, ensure_ascii=False, indent=2).encode()
    case(f"{sdk.method}, JSON written otherwise", accepted=True, body=text, headers=headers, messages=0)


sdks = [Sdk(method) for method in ("md5hash", "md5", "sha1", "sha256", "sha512")]
for sdk in sdks:
    cases(sdk, sdks)
