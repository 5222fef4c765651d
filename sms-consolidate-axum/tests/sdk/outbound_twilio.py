"""Makes calls with Twilio's own client against a server on this machine.

Arguments: the server's address, and the calls as JSON: a list of objects with `account`, `user` and `secret`, `call`
(`create` or `list`) and its `arguments`.
"""

import json
import sys

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

SERVER = sys.argv[1]


class Here(TwilioHttpClient):
    def request(self, method, url, *arguments, **named):
        return super().request(method, url.replace("https://api.twilio.com", SERVER), *arguments, **named)


for call in json.loads(sys.argv[2]):
    client = Client(call["user"], call["secret"], account_sid=call["account"], http_client=Here())
    getattr(client.messages, call["call"])(**call["arguments"])
