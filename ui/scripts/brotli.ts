import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import type { Plugin } from "vite";

const compress = promisify(brotliCompress);
const TEXTS = /\.(js|css|svg|json)$/;

/** Writes `x.br` beside each text file of a build, so that the server has nothing to compress. */
export function brotli(): Plugin {
  let folder = "";
  return {
    name: "brotli",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir, config.build.assetsDir);
    },
    async closeBundle() {
      const names = await readdir(folder).catch(() => []);
      for (const name of names.filter((one) => TEXTS.test(one))) {
        const text = await readFile(join(folder, name));
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: 11,
          [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
        };
        const packed = await compress(text, { params });
        if (packed.length < text.length) await writeFile(join(folder, `${name}.br`), packed);
      }
    },
  };
}
