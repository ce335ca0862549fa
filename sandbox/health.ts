/** "Does it answer?", asked over HTTP(S) on this machine. Certificates are not checked: the answer carries no secret. */
import { request as plain } from "node:http";
import { request as secure } from "node:https";

const TIMEOUT_MS = 3000;

export async function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ask = url.startsWith("https:") ? secure : plain;
    const request = ask(url, { rejectUnauthorized: false, agent: false, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
    request.end();
  });
}
