/** The certificate of `task start --https`: made once by this machine itself, kept in DATA_DIR. */
import { X509Certificate } from "node:crypto";
import { generate } from "selfsigned";
import { StartError, whyUnusable } from "./data-folder.ts";
import { join } from "./paths.ts";

export interface Certificate {
  /** Files in PEM, readable by this user alone. */
  certFile: string;
  keyFile: string;
  /** Its fingerprint as browsers show it, so that a person can recognise it. */
  fingerprint: string;
}

const DAY = 24 * 60 * 60 * 1000;
/** The longest life browsers accept today (Apple, "Requirements for trusted certificates"). */
const DAYS = 820;
/** One that ends sooner is replaced at the next start. */
const LEFT_DAYS = 30;

/** The names and addresses a browser may know this machine by. */
function subjects() {
  const name = Deno.hostname();
  const names = new Set(["localhost", name, `${name.split(".")[0]}.local`]);
  const addresses = new Set(["127.0.0.1", "::1"]);
  for (const { address } of Deno.networkInterfaces()) {
    // An address that needs the name of an interface cannot be typed into an address bar.
    if (!address.startsWith("fe80:")) addresses.add(address);
  }
  return [
    ...[...names].map((value) => ({ type: 2 as const, value })),
    ...[...addresses].map((ip) => ({ type: 7 as const, ip })),
  ];
}

async function make(certFile: string, keyFile: string): Promise<void> {
  const { private: key, cert } = await generate(
    [{ name: "commonName", value: "ChatSphere on this machine" }],
    {
      keyType: "ec",
      notAfterDate: new Date(Date.now() + DAYS * DAY),
      extensions: [
        { name: "basicConstraints", cA: false, critical: true },
        { name: "keyUsage", digitalSignature: true, critical: true },
        { name: "extKeyUsage", serverAuth: true },
        { name: "subjectAltName", altNames: subjects() },
      ],
    },
  );
  await Deno.writeTextFile(keyFile, key, { mode: 0o600 });
  await Deno.writeTextFile(certFile, cert, { mode: 0o600 });
  // The mode above counts only for a file that was not there.
  await Deno.chmod(keyFile, 0o600);
  await Deno.chmod(certFile, 0o600);
}

/** The certificate that is kept; undefined when there is none that can be used for a while. */
async function kept(certFile: string, keyFile: string) {
  try {
    await Deno.stat(keyFile);
    const found = new X509Certificate(await Deno.readTextFile(certFile));
    const left = Date.parse(found.validTo) - Date.now();
    return left > LEFT_DAYS * DAY ? found : undefined;
  } catch {
    // Not there, or not a certificate: another is made.
    return undefined;
  }
}

/**
 * The certificate in `DATA_DIR/https`, made if there is none or it ends within 30 days.
 *
 * @throws {StartError} when nothing can be written there.
 */
export async function certificateIn(dataDir: string): Promise<Certificate> {
  const folder = join(dataDir, "https");
  const certFile = join(folder, "certificate.pem");
  const keyFile = join(folder, "key.pem");
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    if (!await kept(certFile, keyFile)) await make(certFile, keyFile);
  } catch (error) {
    throw new StartError(whyUnusable(folder, error));
  }
  const { fingerprint256 } = new X509Certificate(
    await Deno.readTextFile(certFile),
  );
  return { certFile, keyFile, fingerprint: fingerprint256 };
}

/** What we tell the person who started the services about the certificate. */
export const aboutCertificate = ({ fingerprint }: Certificate): string =>
  `This machine signed its certificate itself, so each browser warns once that the connection is not private: choose Advanced, then Proceed, if it shows the fingerprint ${fingerprint}.`;
