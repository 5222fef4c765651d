"""Writes requests for the tests, one JSON object a line: see `Case` in main.rs."""

import json
import sys

# When the requests arrive, in seconds since the Unix epoch.
NOW = int(sys.argv[1])


def case(name, *, accepted, body=b"", method="POST", target="/in", headers=None, messages=1):
    """Writes one request. It has a Host unless `headers` names another one."""
    if isinstance(body, str):
        body = body.encode()
    headers = dict(headers or {})
    headers.setdefault("Host", "example.com")
    print(
        json.dumps(
            {
                "name": name,
                "method": method,
                "target": target,
                "headers": list(headers.items()),
                "body": body.hex(),
                "accepted": accepted,
                "messages": messages,
            }
        )
    )
