// k6: requests at a constant arrival rate, or as many as a few clients can send, or phases of rates.
import http from "k6/http";
import { Counter, Trend } from "k6/metrics";

const photo = open(__ENV.PHOTO, "b");
const seconds = Number(__ENV.SECONDS);
const rate = Number(__ENV.RATE ?? 0);
const phases = JSON.parse(__ENV.PHASES ?? "[]");
const answered = new Trend("answered_ms", true);
const refused = new Counter("refused");
const failed = new Counter("failed");

function arrivals(rate, seconds, start = 0) {
  return {
    executor: "constant-arrival-rate", rate: Math.max(1, Math.round(rate * 10)), timeUnit: "10s",
    duration: `${seconds}s`, startTime: `${start}s`, gracefulStop: "30s", preAllocatedVUs: 50, maxVUs: 1000,
  };
}

function scenarios() {
  if (phases.length > 0) {
    let start = 0;
    return Object.fromEntries(phases.map((phase, index) => {
      const scenario = arrivals(phase.rate, phase.seconds, start);
      start += phase.seconds;
      return [`phase${index}`, scenario];
    }));
  }
  return {
    load: rate > 0
      ? arrivals(rate, seconds)
      : { executor: "constant-vus", vus: Number(__ENV.CLIENTS ?? 8), duration: `${seconds}s` },
  };
}

export const options = {
  discardResponseBodies: true,
  summaryTrendStats: ["count", "p(50)", "p(99)", "max"],
  scenarios: scenarios(),
};

export default function () {
  const answer = http.post(__ENV.TARGET, photo, { headers: { "Content-Type": "image/jpeg" }, timeout: "30s" });
  if (answer.status === 200) answered.add(answer.timings.duration);
  else if (answer.status === 503 || answer.status === 429) refused.add(1);
  else failed.add(1);
}

export function handleSummary(data) {
  const values = (name) => data.metrics[name]?.values ?? {};
  return {
    [__ENV.SUMMARY]: JSON.stringify({
      answered: values("answered_ms").count ?? 0, p50_ms: values("answered_ms")["p(50)"] ?? null,
      p99_ms: values("answered_ms")["p(99)"] ?? null, refused: values("refused").count ?? 0,
      failed: values("failed").count ?? 0, dropped: values("dropped_iterations").count ?? 0, seconds,
    }),
  };
}
