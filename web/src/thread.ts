/** A conversation's own id; random where the page is reached without https too: `randomUUID` is not there then. */
export function newThread(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
