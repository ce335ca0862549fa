/** Certificates of the cluster: who may say what to whom, for one node on one machine.
 *
 *  In: a folder. Out: keys and certificates in it, made once, valid for ten years; `down` removes them with the cluster
 *  that trusts them. openssl does the signing, since node's crypto can't sign X.509. */
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CONTEXT, NETWORKS, NODE, PORTS } from "./layout";
import { run } from "./shell";

const DAYS = "3650";
const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

interface Certificate {
  ca: "ca" | "front-proxy-ca";
  subject: string;
  names?: string;
}

const SERVER_NAMES = `IP:127.0.0.1,IP:${NETWORKS.services.apiserver},IP:${NETWORKS.pods.gateway},DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc`;

/** The user names are those that Kubernetes' built-in roles are bound to. */
const CERTIFICATES = {
  apiserver: { ca: "ca", subject: "/CN=kube-apiserver", names: SERVER_NAMES },
  etcd: { ca: "ca", subject: "/CN=etcd", names: "IP:127.0.0.1,DNS:localhost" },
  "apiserver-to-etcd": { ca: "ca", subject: "/CN=kube-apiserver-etcd-client" },
  "apiserver-to-kubelet": { ca: "ca", subject: "/O=system:masters/CN=kube-apiserver-kubelet-client" },
  "front-proxy": { ca: "front-proxy-ca", subject: "/CN=front-proxy-client" },
  admin: { ca: "ca", subject: "/O=system:masters/CN=sandbox-admin" },
  "controller-manager": { ca: "ca", subject: "/CN=system:kube-controller-manager" },
  scheduler: { ca: "ca", subject: "/CN=system:kube-scheduler" },
  "kube-proxy": { ca: "ca", subject: "/CN=system:kube-proxy" },
  kubelet: { ca: "ca", subject: `/O=system:nodes/CN=system:node:${NODE}` },
} satisfies Record<string, Certificate>;

export type CertificateName = keyof typeof CERTIFICATES;
export type Client = "admin" | "controller-manager" | "scheduler" | "kube-proxy" | "kubelet";

export interface Pki {
  /** Path of `<name>.crt` or `<name>.key`. */
  file(name: CertificateName | "ca" | "front-proxy-ca" | "service-accounts", kind: "crt" | "key"): string;
}

export async function ensurePki(folder: string): Promise<Pki> {
  if (!existsSync(folder)) {
    await mkdir(dirname(folder), { recursive: true });
    const making = await mkdtemp(`${folder}-making-`);
    await make(making);
    await rename(making, folder); // all or nothing: half a PKI would never be completed
  }
  return { file: (name, kind) => join(folder, `${name}.${kind}`) };
}

/** For a program that serves and calls: `ca.crt`, `tls.crt` and `tls.key` in a folder of its own, made once. */
export async function ensureServing(pki: Pki, folder: string, subject: string, names: string): Promise<string> {
  if (!existsSync(folder)) {
    const making = await mkdtemp(`${folder}-making-`);
    const ca = { crt: pki.file("ca", "crt"), key: pki.file("ca", "key") };
    await writeConfig(making);
    await sign(making, "tls", subject, leaf(ca, names));
    await cp(ca.crt, join(making, "ca.crt"));
    await rename(making, folder);
  }
  return folder;
}

async function make(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  await writeConfig(folder);
  const authority = [
    "-addext",
    "basicConstraints=critical,CA:TRUE",
    "-addext",
    "keyUsage=critical,keyCertSign,cRLSign",
  ];
  await Promise.all([
    sign(folder, "ca", "/CN=triton-bert-sandbox", authority),
    sign(folder, "front-proxy-ca", "/CN=triton-bert-sandbox-front-proxy", authority),
    run("openssl", [
      "genpkey",
      "-algorithm",
      "RSA",
      "-pkeyopt",
      "rsa_keygen_bits:2048",
      "-out",
      at("service-accounts.key"),
    ]),
  ]);
  await Promise.all(
    Object.entries<Certificate>(CERTIFICATES).map(([name, { ca, subject, names }]) =>
      sign(folder, name, subject, leaf({ crt: at(`${ca}.crt`), key: at(`${ca}.key`) }, names)),
    ),
  );
}

async function writeConfig(folder: string): Promise<void> {
  await writeFile(join(folder, "openssl.cnf"), "[req]\ndistinguished_name=dn\n[dn]\n");
}

/** Makes `<name>.key` and `<name>.crt` in a folder that has the config. */
function sign(folder: string, name: string, subject: string, extra: readonly string[]): Promise<string> {
  const at = (file: string) => join(folder, file);
  return run("openssl", [
    ...["req", "-x509", "-config", at("openssl.cnf"), ...EC, "-days", DAYS, "-subj", subject, ...extra],
    ...["-keyout", at(`${name}.key`), "-out", at(`${name}.crt`)],
  ]);
}

/** A client's certificate, and with names a server's too. */
function leaf(ca: { crt: string; key: string }, names?: string): string[] {
  return [
    ...["-CA", ca.crt, "-CAkey", ca.key],
    ...["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature"],
    ...["-addext", `extendedKeyUsage=clientAuth${names ? ",serverAuth" : ""}`],
    ...(names ? ["-addext", `subjectAltName=${names}`] : []),
  ];
}

/** A kubeconfig that carries its certificates in itself, so that it can be copied. */
export async function writeKubeconfig(pki: Pki, client: Client, path: string, namespace?: string): Promise<string> {
  const base64 = async (file: string) => (await readFile(file)).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": CONTEXT,
    clusters: [
      {
        name: CONTEXT,
        cluster: {
          server: `https://127.0.0.1:${PORTS.apiserver}`,
          "certificate-authority-data": await base64(pki.file("ca", "crt")),
        },
      },
    ],
    users: [
      {
        name: client,
        user: {
          "client-certificate-data": await base64(pki.file(client, "crt")),
          "client-key-data": await base64(pki.file(client, "key")),
        },
      },
    ],
    contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: client, ...(namespace ? { namespace } : {}) } }],
  };
  const text = `${JSON.stringify(config, null, 2)}\n`;
  // Somebody may be reading it: a second `up` must not truncate it, not even for a moment.
  if ((await readFile(path, "utf8").catch(() => "")) === text) return path;
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return path;
}
