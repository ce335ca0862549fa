/** The support matrix as people meet it: the command, the page, and newer pages of NVIDIA. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { minSecure } from "../../../components/server/compatibility";
import { releases } from "../../../components/server/facts";
import { matrixText, UsageError } from "../../../components/server/matrix/command";
import { supportMatrixPage } from "../../../components/server/matrix/page";
import { refresh } from "../../../components/server/matrix/refresh";
import { advisory, releaseNote } from "../../../components/server/matrix/savedPages";

const FACTS = path.resolve(__dirname, "..", "..", "..", "components", "server", "facts");

describe("npm run matrix", () => {
  const line = (text: string, release: string) => text.split("\n").find((row) => row.startsWith(release)) ?? "";

  it("prints each release's verdict, and which one is chosen", () => {
    const text = matrixText(["--gpu", "l4", "--driver", "535"]);
    expect(text).toContain("On the L4 (8.9), driver 535:");
    expect(text).toContain("chosen: 25.07, only with server.ngc.allowInsecureRelease: true");
    expect(line(text, "25.08")).toMatch(
      /^25\.08 +no .*needs driver 580 or later, the nodes have 535 \(https:.*nearest that runs: 25\.07$/,
    );
    expect(line(text, "25.07")).toMatch(/^25\.07 +insecure +2\.59\.1 +1\.22\.0 +3\.12 +525 /);
    expect(line(matrixText(["--gpu", "L4"]), "26.07")).toMatch(/^26\.07 +warning .*taken over from 26\.06$/);
  });

  it("knows the CPU, and GPUs by their compute capability", () => {
    expect(line(matrixText([]), "26.08")).toMatch(/^26\.08 +ok /);
    expect(line(matrixText(["--all"]), "24.02")).toMatch(/no onnxruntime backend/);
    expect(line(matrixText(["--compute-capability", "7.0"]), "24.11")).toMatch(
      /^24\.11 +no .*nearest that runs: 24\.10$/,
    );
  });

  it.each([
    [["--gpu", "a100"], /did you mean A100-40GB or A100-80GB/],
    [["--gpu", "l4", "--compute-capability", "8.9"], /exclude each other/],
    [["--compute-capability", "89"], /must be one such as 8\.9/],
    [["--driver", "five"], /must be a driver branch/],
    [["--card", "l4"], /--card/],
    [["refresh"], /usage/],
  ])("refuses %j", (args, reason) => {
    expect(() => matrixText(args)).toThrow(UsageError);
    expect(() => matrixText(args)).toThrow(reason);
  });
});

it("the page has each GPU, and each release from 24.01 on", () => {
  const page = supportMatrixPage();
  expect(page).toContain("| L4 | 8.9 | 26.10 | 580 |");
  expect(page).toContain("| V100-16GB | 7.0 | 24.10, with known CVEs | 525 |");
  for (const { container } of releases) expect(page.includes(`\n| ${container} |`)).toBe(container >= "24.01");
  expect(page).toContain("| 25.10 | 2.62.0 | 1.23.1 | 3.12 | 13.0.2.006 | 580 (575) | 7.5 |");
});

describe("a saved release note", () => {
  const page = (release: string, said: string) =>
    `<html><script>var x = "Release 99.99";</script><h1>Triton Inference Server Release ${release}</h1><p>${said}</p></html>`;

  it.each([
    [
      "26.08",
      "Release 26.08 is based on CUDA&nbsp;13.4.1 which requires the <a>NVIDIA Driver</a> release. Release 26.08 supports CUDA compute capability 7.5 and later.",
      { cuda: "13.4.1", cuda_major_min_driver: "580", min_compute_capability: "7.5" },
      [],
    ],
    [
      "24.04",
      "Release 24.04 is based on NVIDIA CUDA 12.4, which requires NVIDIA Driver release 545 or later. Release 24.04 supports CUDA compute capability 6.0 and later.",
      { cuda: "12.4", min_driver_release_note: "545", cuda_major_min_driver: "525", min_compute_capability: "6.0" },
      [],
    ],
    [
      "26.06",
      "Release 26.06 is based on CUDA 13.3.0 which requires the NVIDIA Driver release. Release 26.05 supports CUDA compute capability 7.5 and later.",
      { cuda: "13.3.0", cuda_major_min_driver: "580", min_compute_capability: "7.5" },
      ["it speaks of 26.05 where it names GPUs"],
    ],
    [
      "27.03",
      "Release 27.03 is based on CUDA 14.0.1 which requires NVIDIA Driver release 620 or later.",
      { cuda: "14.0.1", min_driver_release_note: "620" },
      ["it states no compute capability", "which driver CUDA 14 needs is not known here"],
    ],
  ])("of %s is read, and what is odd about it told", (release, said, fields, odd) => {
    expect(releaseNote(page(release, said))).toEqual({ container: release, fields, odd });
  });

  it("is told from any other page", () => expect(releaseNote("<h1>CUDA GPUs</h1>")).toBeUndefined());
});

/** As NVIDIA publishes them in github.com/NVIDIA/product-security, cut down to what is read. */
const csaf = (
  id: string,
  fixed: string,
  affected: string,
  title = "Security Bulletin: NVIDIA Triton Inference Server - August 2026",
) => ({
  document: {
    title,
    aggregate_severity: { text: "CRITICAL" },
    tracking: { id, initial_release_date: "2026-08-18T00:00:00Z" },
  },
  product_tree: {
    branches: [
      { branches: [{ product: { name: "Triton Inference Server", product_id: "linux_t" } }] },
      {
        branches: [
          { product: { name: affected, product_id: "linux_a" } },
          { product: { name: fixed, product_id: "linux_f" } },
        ],
      },
    ],
  },
  vulnerabilities: [6.5, 9.8].map((baseScore, index) => ({
    cve: `CVE-2026-4760${index}`,
    product_status: { fixed: ["linux_f"], known_affected: ["linux_a"] },
    scores: [{ cvss_v3: { baseScore } }],
  })),
});

describe("a saved advisory", () => {
  it("is read", () => {
    expect(advisory(JSON.stringify(csaf("5865", "r26.06", "0.0-26.05")))).toEqual({
      id: 5865,
      date: "2026-08-18",
      severity: "critical",
      affected: ["0.0-26.05"],
      fixedIn: "26.06",
      worstCvss: 9.8,
      cves: ["CVE-2026-47600", "CVE-2026-47601"],
    });
  });

  it("of another product is none, and one without a container release is refused", () => {
    expect(advisory(JSON.stringify(csaf("1", "1.2", "1.1", "Security Bulletin: NVIDIA NeMo")))).toBeUndefined();
    expect(() => advisory(JSON.stringify(csaf("5509", "2.40", "All versions prior to 2.40")))).toThrow(
      /5509 names no container/,
    );
  });
});

describe("npm run matrix -- refresh", () => {
  const folder = () => {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), "triton-bert-facts-"));
    onTestFinished(() => fs.rmSync(made, { recursive: true }));
    return made;
  };
  const note = (release: string, cuda: string) =>
    `Triton Inference Server Release ${release} … Release ${release} is based on CUDA ${cuda} which requires the NVIDIA Driver release. Release ${release} supports CUDA compute capability 7.5 and later.`;

  it("adds what the facts lack, tells what contradicts them, and moves nothing else", () => {
    const [pages, facts] = [folder(), folder()];
    fs.cpSync(FACTS, facts, { recursive: true });
    fs.writeFileSync(path.join(pages, "rel-26-11.html"), note("26.11", "13.5.0"));
    fs.writeFileSync(path.join(pages, "rel-25-11.html"), note("25.11", "13.0.2"));
    fs.writeFileSync(path.join(pages, "rel-26-08.html"), note("26.08", "13.4.2"));
    fs.writeFileSync(path.join(pages, "other.html"), "CUDA GPUs");
    fs.writeFileSync(path.join(pages, "5875.json"), JSON.stringify(csaf("5875", "26.07", "0.0-26.06")));
    const said = refresh(pages, facts);
    expect(said.slice(0, -1).sort()).toEqual([
      "25.11: cuda is stated now, 13.0.2",
      "25.11: min_compute_capability is stated now, 7.5",
      "26.08: cuda is 13.4.1 in the facts and 13.4.2 on the page; left",
      "26.11: new; cuda 13.5.0, min_compute_capability 7.5, cuda_major_min_driver 580",
      "bulletin 5875: new, critical, fixed in 26.07, 2 CVEs; until now it was known by its title",
      "other.html: no release note of Triton, left out",
    ]);
    const [before, after] = [FACTS, facts].map((place) => ({
      releases: parse(fs.readFileSync(path.join(place, "triton-releases.yaml"), "utf8")).releases as {
        container: string;
      }[],
      security: parse(fs.readFileSync(path.join(place, "triton-security.yaml"), "utf8")),
    }));
    const changed = ["25.11", "26.11"];
    const others = (rows: readonly { container: string }[] = []) =>
      rows.filter(({ container }) => !changed.includes(container));
    expect(others(after?.releases)).toEqual(others(before?.releases));
    expect(after?.releases.at(-1)).toEqual({
      container: "26.11",
      cuda: "13.5.0",
      min_compute_capability: "7.5",
      cuda_major_min_driver: "580",
      source: {
        release_note: "https://docs.nvidia.com/deeplearning/triton-inference-server/release-notes/rel-26-11.html",
      },
    });
    expect(after?.security.bulletins[0]).toMatchObject({ id: 5875, fixedIn: minSecure });
    expect(after?.security.knownByTitle).toEqual([]);
    expect(refresh(pages, facts).filter((line) => /new|stated now/.test(line))).toEqual([]);
  });

  it("leaves the files as they are, to the byte, where the pages say nothing new", () => {
    const [pages, facts] = [folder(), folder()];
    fs.cpSync(FACTS, facts, { recursive: true });
    expect(refresh(pages, facts)[0]).toBe("no page in it says anything that the facts lack");
    for (const name of fs.readdirSync(FACTS))
      expect(fs.readFileSync(path.join(facts, name), "utf8")).toBe(fs.readFileSync(path.join(FACTS, name), "utf8"));
  });
});
