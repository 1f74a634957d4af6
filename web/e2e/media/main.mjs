// Media between the server and Chromium, judged by measurement. Run by `run`, which builds and finds
// what is needed.

import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Probe } from './probe.mjs';

const TOLERANCE_HZ = 2;

/** What is offered first, and how clean a tone comes through it (the rest of Opus is its noise). */
const IS_OPUS = process.env.CODECS === 'opus';
const CODEC = IS_OPUS ? 'audio/opus' : 'audio/PCMU';
const LEAST_SNR_DB = IS_OPUS ? 12 : 20;

/** What the caller says (browser_probe.rs). */
const CALLER_HZ = 440;

const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  // A loopback address is offered, and no other is needed.
  '--allow-loopback-in-peer-connection',
];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function check(what, isRight, seen) {
  if (!isRight) throw new Error(`${what}: ${JSON.stringify(seen)}`);
  process.stdout.write(`ok  ${what}  ${JSON.stringify(seen)}\n`);
}

const isNear = (seen, wanted) => Math.abs(seen - wanted) <= TOLERANCE_HZ;

/** Serves one page on loopback: browsers give a microphone to secure pages only. */
async function serve() {
  const script = readFileSync(new URL('page.js', import.meta.url));
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

async function connect(page, probe, source, change = (offer) => offer) {
  const offer = change(await probe.offer());
  await page.waitForFunction(() => globalThis.media !== undefined);
  const answer = await page.evaluate(([sdp, what]) => globalThis.media.connect(sdp, what), [offer, source]);
  probe.answer(answer);
  await probe.next('connected');
  // The ear's window is two thirds of a second long.
  await sleep(1_500);
}

/** A tone each way. */
async function checkTones(page, probe, hz, where) {
  const heard = await page.evaluate(() => globalThis.media.heard());
  check(`${where}: the browser hears the caller's ${CALLER_HZ} Hz`, isNear(heard.hz, CALLER_HZ), heard);
  const said = await probe.hear();
  check(`${where}: the caller hears the browser's ${hz} Hz`, isNear(said.hz, hz) && said.snr > LEAST_SNR_DB, said);
}

async function checkKeys(page, probe) {
  const keys = '159#';
  await page.evaluate((pressed) => globalThis.media.press(pressed), keys);
  let seen = '';
  while (seen.length < keys.length) seen += await probe.next('key');
  check("the browser's keys arrive once and in order", seen === keys, seen);
}

async function checkFigures(page, protocol) {
  const figures = await page.evaluate(() => globalThis.media.figures());
  check(`${CODEC} over ${protocol}`, figures.codec === CODEC && figures.protocol === protocol, figures);
  check('nothing is lost', figures.packetsLost === 0 && figures.packetsReceived > 50, figures);
}

async function run(page, probe, address) {
  await page.goto(address);
  await connect(page, probe, 700);
  await checkTones(page, probe, 700, 'first');
  await checkFigures(page, 'udp');
  await checkKeys(page, probe);

  await page.reload();
  await probe.next('lost');
  await connect(page, probe, 800);
  await probe.next('back');
  await checkTones(page, probe, 800, 'after a reload');

  await page.evaluate(() => globalThis.media.hangUp());
  await probe.next('lost');
  const tcpOnly = (offer) => offer.replace(/a=candidate:\S+ 1 udp .*\r\n/g, '');
  await connect(page, probe, 900, tcpOnly);
  await checkTones(page, probe, 900, 'without UDP');
  await checkFigures(page, 'tcp');

  await page.reload();
  await connect(page, probe, 'microphone');
  // The fake microphone beeps once a second.
  let loudest = { level: -100 };
  for (let round = 0; round < 4; round += 1) {
    const heard = await probe.hear();
    if (heard.level > loudest.level) loudest = heard;
  }
  check('the microphone is heard', loudest.level > -40, loudest);
}

async function main() {
  const { server, address } = await serve();
  const probe = new Probe(process.env.PROBE);
  const profile = mkdtempSync(join(tmpdir(), 'media-e2e-'));
  const options = { executablePath: process.env.CHROMIUM, headless: true, args: BROWSER_ARGUMENTS };
  const browser = await chromium.launchPersistentContext(profile, options);
  try {
    await run(await browser.newPage(), probe, address);
    process.stdout.write('PASS\n');
  } catch (error) {
    process.stdout.write(`FAIL  ${error.message}\n`);
    process.exitCode = 1;
  } finally {
    await browser.close();
    probe.end();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

await main();
