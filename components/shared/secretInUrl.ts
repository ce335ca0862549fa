/** Secrets that people put into addresses. In: an address. Out: what kind of secret is in it, never the secret. */

/** Names of query parameters that carry one: `token`, `access_token`, `sig` (Azure), `X-Amz-Signature`, `apikey`, … */
const SECRET =
  /(^|[-_.])(access|api|private|security)?[-_]?(token|sig|signature|secret|key|passw(or)?d|credential|auth|jwt)$/i;

/** Whether a key sounds as if its value were a secret. */
export const namesSecret = (key: string): boolean => SECRET.test(key);

/** What is secret in an address, in words; undefined if nothing is, or if it is no address. */
export function secretIn(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { username, password, searchParams } = new URL(url);
  if (username !== "" || password !== "") return "user or password";
  const name = [...searchParams.keys()].find((key) => SECRET.test(key));
  return name === undefined ? undefined : `secret in its query (${name})`;
}
