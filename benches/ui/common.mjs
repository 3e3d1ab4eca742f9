// What measurements in a browser have in common: a server to look at, and figures told alike.

function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}

/** Figures of many, in the unit they are in. */
export const spread = (values) => ({ p50: percentile(values, 50), p95: percentile(values, 95), max: Math.max(...values), n: values.length });

/** Where a server that was just started listens, once it says so. */
export function addressOf(server) {
  return new Promise((resolve, reject) => {
    let text = "";
    const hear = (piece) => {
      text += piece;
      const found = /http:\/\/[\d.]+:\d+/.exec(text);
      if (found) resolve(found[0]);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.on("exit", () => reject(new Error(`the server ended: ${text}`)));
  });
}
