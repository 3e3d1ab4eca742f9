/** The path below which the server is reached: nothing, or such as `/spinloom`. The server writes it into the page. */
export const base =
  typeof document === "undefined"
    ? ""
    : (document.querySelector<HTMLMetaElement>("meta[name=spinloom-base]")?.content ?? "");
