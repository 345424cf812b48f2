/** HTMX is a plain script, there before any module runs. */
declare const htmx: {
  trigger(target: Element | string, event: string, detail?: object): void;
  ajax(verb: string, path: string, context: { source: Element }): Promise<void>;
  swap(target: Element, html: string, how: { swapStyle: string }): void;
  process(element: Element): void;
};
