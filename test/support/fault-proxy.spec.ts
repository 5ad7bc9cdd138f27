import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FaultProxy, startFaultProxy } from './fault-proxy.js';

let echo: Server;
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeAll(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startFaultProxy({ port: (echo.address() as AddressInfo).port });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await proxy.close();
  echo.close();
});

async function open(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
}
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));
async function answer(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

test('lets everything through, late if it is slow', async () => {
  const socket = await open();
  expect(await answer(socket, 'one')).toBe('one');
  proxy.slow(60);
  const from = performance.now();
  expect(await answer(socket, 'two')).toBe('two');
  expect(performance.now() - from).toBeGreaterThan(100);
  proxy.heal();
});

test('holds back while it stalls, and loses nothing of it', async () => {
  const socket = await open();
  proxy.stall();
  const late = answer(socket, 'held');
  const first = await Promise.race([late, new Promise((resolve) => setTimeout(resolve, 80, 'nothing'))]);
  expect(first).toBe('nothing');
  proxy.heal();
  expect(await late).toBe('held');
});

test('breaks what is open and what comes when it is cut', async () => {
  const socket = await open();
  expect(await answer(socket, 'x')).toBe('x');
  const broken = closed(socket);
  proxy.cut();
  await broken;
  const refused = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  await closed(refused);
  proxy.heal();
  expect(await answer(await open(), 'again')).toBe('again');
});
