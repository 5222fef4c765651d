// Writes texts and what Twilio's own calculator says of them, one JSON array a line: [text, encoding, segments].

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The folder that the calculator is installed in.
const require = createRequire(pathToFileURL(process.argv[2] + "/"));
const { SegmentedMessage } = require("sms-segments-calculator");

const write = (text) => {
  const message = new SegmentedMessage(text);
  console.log(JSON.stringify([text, message.encodingName, message.segmentsCount]));
};

// Every character of the basic plane and of the one with the emoji.
for (let code = 1; code < 0x20000; code++) {
  if (code < 0xd800 || code > 0xdfff) write(String.fromCodePoint(code));
}

// Texts around the limits, of characters that take one unit or two.
let state = 1;
const below = (limit) => (state = (state * 48271) % 0x7fffffff) % limit;
for (const alphabet of ["ab", "a€", "|Ω[", "aж", "a👍", "€👍’", "e\u0301", "\r\n"]) {
  const characters = [...alphabet];
  for (let round = 0; round < 500; round++) {
    write(Array.from({ length: 1 + below(480) }, () => characters[below(characters.length)]).join(""));
  }
}
