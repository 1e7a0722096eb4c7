// Runs every test that a module exports.
//
// usage: node run.mjs MODULE.wasm

import { readFileSync } from 'node:fs';

let memory;
const show = (text, length) => console.error(new TextDecoder().decode(new Uint8Array(memory.buffer, text, length)));
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { test: { show } });
memory = instance.exports.memory;

const tests = Object.entries(instance.exports).filter(([name]) => /^(this|these)_/.test(name));
for (const [name, test] of tests) {
    const begun = performance.now();
    test();
    console.log(`ok ${name} (${Math.round(performance.now() - begun)} ms)`);
}
if (tests.length !== 5) {
    throw new Error(`5 tests were expected, ${tests.length} were run`);
}
