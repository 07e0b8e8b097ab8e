// Computes the SHA-256 of files piece by piece, beside the page: messages {id, file} and {id, cancel};
// answers {id, read}, and at the end {id, sha256} or {id, problem}.
import { sha256 } from "./noble-hashes-2.4.0/sha2.js";

const PIECE = 4 * 1024 * 1024;
const cancelled = new Set();

self.addEventListener("message", async ({ data: { id, file, cancel } }) => {
  if (cancel) {
    cancelled.add(id);
    return;
  }
  try {
    const hash = sha256.create();
    for (let at = 0; at < file.size; at += PIECE) {
      if (cancelled.delete(id)) return;
      const piece = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
      hash.update(piece);
      self.postMessage({ id, read: at + piece.length });
    }
    const digest = Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
    self.postMessage({ id, sha256: digest });
  } catch (error) {
    self.postMessage({ id, problem: String(error.message ?? error) });
  }
});
