// The article's flow with the official Node client of April 2024, through the event iterator and through the listener
// helper. Prints one JSON object that the test compares.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: process.env.KEY, maxRetries: 0 });
const { assistants, threads } = client.beta;
const told = { kinds: [], iterated: "", listened: "", done: "", refused: "" };

const assistant = await assistants.create({
  name: "フリーザ様",
  instructions: "You act as Frieza from Dragon Ball. Speak in Japanese",
  tools: [{ type: "retrieval" }],
  file_ids: [],
  model: "gpt-4-turbo",
});
const thread = await threads.create();

await threads.messages.create(thread.id, { role: "user", content: "こんにちは", file_ids: [] });
const events = await threads.runs.create(thread.id, { assistant_id: assistant.id, stream: true });
for await (const event of events) {
  told.kinds.push(event.event);
  if (event.event === "thread.message.delta") {
    told.iterated += event.data.delta.content[0].text.value;
  }
}

async function listen() {
  const stream = threads.runs.stream(thread.id, { assistant_id: assistant.id });
  stream.on("textCreated", () => (told.listened += ">"));
  stream.on("textDelta", (delta) => (told.listened += delta.value));
  stream.on("textDone", (text) => (told.done += text.value));
  return await stream.finalRun();
}

await threads.messages.create(thread.id, { role: "user", content: "もう一度" });
told.status = (await listen()).status;
await threads.messages.create(thread.id, { role: "user", content: "長く" });
told.cut = (await listen()).status;

const polled = await threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id });
told.polled = polled.status;
told.messages = [];
for await (const message of threads.messages.list(thread.id, { order: "asc", limit: 2 })) {
  told.messages.push(message.role);
}
try {
  await threads.runs.retrieve(thread.id, "run_none");
} catch (error) {
  told.refused = `${error.status} ${error.message}`;
}
told.deleted = [(await threads.del(thread.id)).deleted, (await assistants.del(assistant.id)).deleted];
console.log(JSON.stringify(told));
