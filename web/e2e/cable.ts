// The network between browsers and a server, to be cut: what is sent meanwhile by TCP comes late,
// what is sent by UDP does not come at all.

import { createSocket, type RemoteInfo, type Socket as Datagrams } from 'node:dgram';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const HOST = '127.0.0.1';

export class Cable {
  private isCut = false;
  private readonly streams = new Set<Socket>();
  private readonly relays: Datagrams[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Leads from a port of its own to the server's pages. */
  static async lay(to: number): Promise<Cable> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    const cable = new Cable(server, (server.address() as AddressInfo).port);
    server.on('connection', (near) => cable.join(near, connect(to, HOST)));
    return cable;
  }

  /** Leads from a port of its own to one at which the server takes audio. */
  async relay(to: number): Promise<number> {
    const [near, far] = [createSocket('udp4'), createSocket('udp4')];
    let browser: RemoteInfo | null = null;
    near.on('message', (bytes, from) => {
      browser = from;
      if (!this.isCut) far.send(bytes, to, HOST);
    });
    far.on('message', (bytes) => {
      if (!this.isCut && browser !== null) near.send(bytes, browser.port, browser.address);
    });
    this.relays.push(near, far);
    await new Promise<void>((resolve) => near.bind(0, HOST, resolve));
    return near.address().port;
  }

  cut(): void {
    this.isCut = true;
    this.streams.forEach((stream) => stream.pause());
  }

  mend(): void {
    this.isCut = false;
    this.streams.forEach((stream) => stream.resume());
  }

  remove(): void {
    this.server.close();
    this.streams.forEach((stream) => stream.destroy());
    this.relays.forEach((relay) => relay.close());
  }

  private join(near: Socket, far: Socket): void {
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.streams.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('close', () => {
        this.streams.delete(from);
        to.destroy();
      });
      from.on('error', () => to.destroy());
      if (this.isCut) from.pause();
    }
  }
}
