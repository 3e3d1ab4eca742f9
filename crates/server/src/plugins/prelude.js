(function () {
  "use strict";
  var host = window.parent;
  if (host === window) return;
  // The pages are where this file is from.
  var origin = new URL(location.href).origin;
  var told = 0;
  function tell(message) {
    host.postMessage(message, origin);
  }
  function problem(what) {
    told += 1;
    if (told <= 5) tell({ type: "PluginProblem", message: String(what).slice(0, 500) });
  }
  addEventListener(
    "error",
    function (event) {
      var from = event.target && (event.target.src || event.target.href);
      problem(event.message || (from ? "cannot load " + from.split("/").pop() : "an error"));
    },
    true,
  );
  addEventListener("unhandledrejection", function (event) {
    problem((event.reason && event.reason.message) || event.reason);
  });
  addEventListener("message", function (event) {
    var data = event.data;
    if (event.source !== host || !data) return;
    if (data.type === "PluginPing") tell({ type: "PluginPong", ping: data.ping });
    if (data.type === "PluginTheme") document.documentElement.dataset.theme = data.theme;
  });
})();
