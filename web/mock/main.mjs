// A contact centre of cardboard for development and for pictures: each browser context has a world
// of its own (cookie `mock`), so that scenarios do not meet. Serves ../dist too, as the server does.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { WebSocketServer } from 'ws';

import { backstage } from './backstage.mjs';
import { ELSEWHERE } from './scenarios.mjs';
import { answerPhone, trial } from './trial.mjs';
import { World } from './world.mjs';

const PORT = Number(process.env.PORT ?? 8099);
const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.ico': 'image/x-icon' };
/** Stricter than the server's: nothing inline at all but styles. */
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws:; frame-src https: http:; object-src 'none'; base-uri 'none'";

const worlds = new Map();
const cookie = (request) => /(?:^|; )mock=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
const worldOf = (request) => worlds.get(cookie(request));

function json(response, status, body) {
  response.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', 'Cache-Control': 'no-store' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

function problem(response, status, code, detail) {
  json(response, status, { type: `/errors/${code}`, title: detail, status, code, detail, instance: 'mock' });
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  if (request.headers['content-type'] === 'application/octet-stream') return { file: text };
  return text ? JSON.parse(text) : {};
}

function start(response, query) {
  const id = Math.random().toString(36).slice(2);
  const language = query.get('lang') === 'ja' ? 'ja' : 'en';
  worlds.set(id, new World({ scenario: query.get('scenario') ?? 'idle', language, role: query.get('role') ?? 'agent' }));
  response.writeHead(302, { 'Set-Cookie': `mock=${id}; Path=/; SameSite=Strict`, Location: query.get('to') ?? '/agent' });
  response.end();
}

async function api(request, response, address, query) {
  const world = worldOf(request);
  const body = request.method === 'GET' ? {} : await bodyOf(request);
  if (!world) return problem(response, 401, 'not-signed-in', 'Open /mock/start?scenario=idle first.');
  if (address.startsWith('/setup/') && address !== '/setup/steps' && address !== '/setup/connector-test') {
    if (address.endsWith('/over')) return problem(response, 410, 'setup-over', 'The link is not valid any more.');
    return request.method === 'GET' ? json(response, 204) : json(response, 200, { ...world.me, name: body.name });
  }
  if (address === '/session' && request.method === 'POST') {
    if (body.password === 'wrong') return problem(response, 401, 'wrong-sign-in', 'The name or the password is wrong.');
    if (body.password === 'locked') return problem(response, 429, 'locked-out', 'Too many sign-ins have failed.');
    world.isSignedIn = true;
    world.flags = { ...world.flags, unauthorizedFor: undefined };
    return json(response, 200, world.me);
  }
  if (!world.isSignedIn) return problem(response, 401, 'not-signed-in', 'You are not signed in.');
  if (address === '/session' && request.method === 'GET') return json(response, 200, world.me);
  if (address === '/session' && request.method === 'DELETE') {
    world.isSignedIn = false;
    return json(response, 204);
  }
  if (world.flags.unauthorizedFor && address.includes(world.flags.unauthorizedFor)) return problem(response, 401, 'not-signed-in', 'You are not signed in.');
  if (world.flags.refusal && address.startsWith('/desk')) return problem(response, 403, world.flags.refusal, 'You are no agent.');
  if (request.method !== 'GET' && request.headers['x-trunkline-csrf'] !== world.me.csrf) return problem(response, 403, 'csrf', 'No CSRF token.');
  if (world.isBroken) return request.socket.destroy();
  if (request.method !== 'GET') world.requests.push({ method: request.method, address, body });
  if (address === '/session/link') return problem(response, 410, 'link-over', 'This link is used.');
  const answer = trial(world, address) ?? world.handle(request.method, address, query, body);
  return answer ? json(response, answer.status, answer.body) : problem(response, 404, 'not-found', 'There is nothing at this address.');
}

function page(response, path) {
  const wanted = join(DIST, normalize(path));
  const file = wanted.startsWith(DIST) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, 'index.html');
  response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': POLICY });
  createReadStream(file).pipe(response);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  if (url.pathname === '/mock/start') start(response, url.searchParams);
  else if (url.pathname.startsWith('/mock/')) void behind(request, response, url.pathname);
  else if (url.pathname.startsWith('/api/v1/')) void api(request, response, url.pathname.slice('/api/v1'.length), url.searchParams);
  else page(response, url.pathname);
});

async function behind(request, response, address) {
  const world = worldOf(request);
  if (!world || !(await backstage(world, address, request, response, await bodyOf(request)))) problem(response, 404, 'not-found', 'No such thing.');
}

const sockets = new WebSocketServer({ noServer: true });
server.on('upgrade', (request, socket, head) => {
  const world = worldOf(request);
  if (!world?.isSignedIn || world.flags.refusal || world.isBroken) {
    socket.end('HTTP/1.1 503 Unavailable\r\n\r\n');
    return;
  }
  const isPhone = request.url.endsWith('/try/phone');
  sockets.handleUpgrade(request, socket, head, (client) => (isPhone ? answerPhone(world, client) : attach(world, client)));
});

function attach(world, client) {
  const say = (message) => client.send(JSON.stringify(message));
  client.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type !== 'ping') world.heard.push(message);
    if (message.type === 'ping') say({ type: 'pong', server_ms: Date.now() });
    if (message.type === 'claim_audio') {
      world.view.audio_owner = client.tab;
      world.tell();
    }
    if (message.type === 'hello') hello(world, client, message, say);
  });
  client.on('close', () => {
    world.pages.delete(client);
    if (world.view.audio_owner === client.tab) world.view.audio_owner = null;
  });
}

function hello(world, client, message, say) {
  client.tab = message.tab;
  world.pages.add(client);
  if (world.flags.goneElsewhere) {
    say({ type: 'signed_out', why: { reason: 'elsewhere', elsewhere: ELSEWHERE() } });
    return;
  }
  if (message.wants_audio && world.view.audio_owner === null && world.view.device === 'browser') world.view.audio_owner = message.tab;
  world.tell();
  if (world.view.contact?.pop && !world.view.contact.pop.outcome) say({ type: 'pop', pop: world.view.contact.pop });
  if (world.flags.breakAfterMs) {
    setTimeout(() => {
      world.isBroken = true;
      client.terminate();
    }, world.flags.breakAfterMs);
  }
}

server.listen(PORT, '127.0.0.1', () => console.log(`mock: http://127.0.0.1:${server.address().port}/mock/start?scenario=answered&lang=en`));
