// Starts aimock on a free port and prints its URL, then one line for each request that arrives. It ends when its
// standard input does, so that it never outlives the test that started it.
import { LLMock } from "@copilotkit/aimock";

const mock = new LLMock({ host: "127.0.0.1", port: 0 });
// Is asked first about every request, and never answers one. The journal alone would not do: it leaves out requests
// that the client has given up.
const arrival = () => {
  console.log("arrived");
  return false;
};
mock.on({ predicate: arrival }, { content: "never" });
process.stdin.on("end", () => process.exit()).resume();
console.log(await mock.start());
