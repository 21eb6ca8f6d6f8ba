// A second Pyodide in a separate web worker: it answers jobs, and can be ended whatever it is doing.
(indexURL, lockFileURL, files) => {
  const source = `
    onmessage = async ({ data: { indexURL, lockFileURL, files } }) => {
      const { loadPyodide } = await import(indexURL + "pyodide.mjs");
      const python = await loadPyodide({ indexURL, lockFileURL, packages: ["numpy"] });
      python.unpackArchive(files, "zip", { extractDir: "/grader" });
      const run = python.runPython(
        "import sys; sys.path.insert(0, '/grader'); sys.path.append('/grader/lab');"
        + "from candidate.in_place import run_in_place;"
        + "lambda job, seconds: run_in_place(job.to_bytes(), seconds)");
      onmessage = ({ data: { job, seconds } }) => {
        const answer = run(job, seconds);
        postMessage({ answer: answer.toJs() });
        answer.destroy();
      };
      postMessage({ ready: true });
    };`;
  let worker = null;
  let ready = null;

  const close = () => {
    worker?.terminate();
    worker = ready = null;
  };

  // The next message; if the worker has died or is silent for so long, an object that says so.
  const reply = (milliseconds) =>
    new Promise((resolve) => {
      const clock = setTimeout(() => resolve({ late: true }), milliseconds);
      const settle = (message) => {
        clearTimeout(clock);
        resolve(message);
      };
      worker.onmessage = ({ data }) => settle(data);
      worker.onerror = (event) => settle({ broken: String(event.message) });
      worker.onmessageerror = () => settle({ broken: "its message could not be read" });
    });

  const start = () => {
    if (ready) return ready;
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    worker = new Worker(address, { type: "module" });
    ready = reply(60_000);
    worker.addEventListener("unhandledrejection", (event) => event.preventDefault());
    worker.postMessage({ indexURL, lockFileURL, files });
    return ready;
  };

  const ask = async (job, seconds, grace) => {
    const begun = await start();
    if (!begun.ready) {
      close();
      return { unready: begun.broken ?? "it did not get ready in time" };
    }
    const answered = reply((seconds + grace) * 1000);
    worker.postMessage({ job, seconds });
    const message = await answered;
    if (!message.answer) {
      close();
      void start(); // so that the next job need not wait
    }
    return message;
  };

  return { start: () => void start(), ask, close };
};
