import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
/** A program of somebody who has installed the packages, and has nothing else of ours. */
const app = mkdtempSync(join(tmpdir(), "ncalrpc-published-"));
const modules = join(app, "node_modules");
const tsc = join(root, "node_modules/typescript/bin/tsc");

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const packages = readdirSync(join(root, "packages"))
  .map((folder) => join(root, "packages", folder))
  .map((folder) => ({ folder, manifest: manifestOf(folder) }))
  .filter(({ manifest }) => manifest.private !== true);

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** What npm would publish, unpacked where npm would install it; what it needs of others is linked. */
function install(folder: string, { name, dependencies = {} }: Manifest): void {
  const output = execFileSync("npm", ["pack", "--json", "--pack-destination", app], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(output);
  execFileSync("tar", ["-xzf", join(app, filename), "-C", app]);
  const target = join(modules, name);
  mkdirSync(dirname(target), { recursive: true });
  renameSync(join(app, "package"), target);
  for (const dependency of Object.keys(dependencies).filter((other) => !other.startsWith("@ncalrpc/"))) {
    const link = join(modules, dependency);
    if (!existsSync(link)) symlinkSync(realpathSync(join(folder, "node_modules", dependency)), link);
  }
}

/** The README's programs, by what they import. */
function readmeBlock(needle: string): string {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const blocks = [...text.matchAll(/^```(?:ts|idl)\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? "");
  const block = blocks.find((candidate) => candidate.includes(needle));
  if (block === undefined) throw new Error(`the README shows nothing with ${needle}`);
  return block;
}

beforeAll(() => {
  mkdirSync(join(modules, "@types"), { recursive: true });
  mkdirSync(join(app, "src"));
  symlinkSync(realpathSync(join(root, "node_modules/@types/node")), join(modules, "@types/node"));
  for (const { folder, manifest } of packages) install(folder, manifest);
  writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(app, "hello.idl"), readmeBlock("interface Hello"));
  writeFileSync(join(app, "src/server.ts"), readmeBlock("await server.listen()"));
  writeFileSync(join(app, "src/client.ts"), readmeBlock("console.log(greeting)"));
  const entries = packages.flatMap(({ manifest: { name, exports } }) =>
    Object.keys(exports).flatMap((entry) => (entry.endsWith(".json") ? [] : [join(name, entry)])),
  );
  const lines = entries.map((entry, index) => `export * as entry${index} from "${entry}";\n`);
  writeFileSync(join(app, "src/entries.ts"), lines.join(""));
}, 120_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

describe("the packages as they are published", () => {
  it("have what a package page shows", () => {
    expect(packages.length).toBe(8);
    for (const { manifest } of packages)
      expect(readdirSync(join(modules, manifest.name))).toEqual(
        expect.arrayContaining(["README.md", "dist", "package.json", "src"]),
      );
  });

  it("compile the README's interface and programs in a project of their own, every declaration checked", {
    timeout: 60_000,
  }, () => {
    const command = join(modules, "ncalrpc/bin/ncalrpc.js");
    execFileSync(process.execPath, [command, "generate", "hello.idl", "--out", "src/gen"], { cwd: app });
    const options = { module: "nodenext", target: "es2022", lib: ["es2023", "esnext.disposable"] };
    writeFileSync(
      join(app, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          ...options,
          strict: true,
          skipLibCheck: false,
          types: ["node"],
          rootDir: "src",
          outDir: "out",
        },
        include: ["src"],
      }),
    );
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", app], { encoding: "utf8" });
    expect(stdout).toBe("");
  });

  it("run them", { timeout: 30_000 }, async () => {
    const env = { ...process.env, NCALRPC_DIR: join(app, "ports") };
    const server = spawn(process.execPath, [join(app, "out/server.js")], { env, stdio: "ignore" });
    try {
      let greeting = "";
      for (let i = 0; i < 50 && greeting === ""; i++) {
        greeting = spawnSync(process.execPath, [join(app, "out/client.js")], {
          env,
          encoding: "utf8",
        }).stdout;
      }
      expect(greeting).toMatch(/^Hello world, you are S-1-/);
    } finally {
      server.kill();
      await once(server, "exit");
    }
  });
});
