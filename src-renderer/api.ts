/**
 * The window's way to the core: ports that Electron's preload brings, or a WebSocket to the web host. Nothing else of
 * the window knows how messages travel.
 */
import type { AppApi } from '../src-main/shared/app-api.js';
import { AppError } from '../src-main/shared/errors.js';
import {
  PORTS_MESSAGE,
  type HostApi,
  type HostEvent,
  type PreloadBridge,
} from '../src-main/shared/host-api.js';
import { connect, type Port } from '../src-main/shared/rpc.js';
import { decode, encode } from '../src-main/shared/wire.js';
import { strings } from './strings.js';

declare global {
  interface Window {
    /** Electron only. */
    brushfieldHost?: PreloadBridge;
  }
}

export interface CoreConnection {
  api: AppApi;
  /** What Electron does for a window; null in a browser. */
  host: HostApi | null;
  /** Settles when the core is gone, with the sentence to say; calls that were pending have then failed. */
  lost: Promise<string>;
}

/** @throws AppError('set-up') when nobody answers. */
export const connectToCore = (onHostEvent: (event: HostEvent) => void): Promise<CoreConnection> =>
  window.brushfieldHost ? connectByPorts(window.brushfieldHost, onHostEvent) : connectBySocket();

async function connectByPorts(
  bridge: PreloadBridge,
  onHostEvent: (event: HostEvent) => void,
): Promise<CoreConnection> {
  const [corePort, hostPort] = await askForPorts(bridge);
  const core = connect<AppApi>(portOf(corePort));
  const host = connect<HostApi>(portOf(hostPort)).api;
  const lost = new Promise<string>((resolve) => {
    const onEvent = (event: HostEvent) => {
      if (event.kind !== 'core-ended') return onHostEvent(event);
      core.fail(new AppError('set-up', event.sentence));
      resolve(event.sentence);
    };
    host.hostEvents({}, { onEvent }).catch(() => undefined);
  });
  return { api: core.api, host, lost };
}

function askForPorts(bridge: PreloadBridge): Promise<[MessagePort, MessagePort]> {
  return new Promise((resolve) => {
    const receive = (event: MessageEvent<unknown>) => {
      const [core, host] = event.ports;
      if (event.source !== window || event.data !== PORTS_MESSAGE || !core || !host) return;
      window.removeEventListener('message', receive);
      resolve([core, host]);
    };
    window.addEventListener('message', receive);
    bridge.connect();
  });
}

function portOf(port: MessagePort): Port {
  return {
    post: (message) => port.postMessage(message),
    listen(handler) {
      const receive = (event: MessageEvent<unknown>) => handler(event.data);
      port.addEventListener('message', receive);
      port.start();
      return () => port.removeEventListener('message', receive);
    },
  };
}

function connectBySocket(): Promise<CoreConnection> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}/ws`);
    socket.binaryType = 'arraybuffer';
    const gone = new AppError('set-up', strings.connection.lost);
    socket.addEventListener('open', () => {
      const { api, fail } = connect<AppApi>(socketPort(socket));
      const lost = new Promise<string>((settle) => {
        socket.addEventListener('close', () => {
          fail(gone);
          settle(gone.message);
        });
      });
      resolve({ api, host: null, lost });
    });
    socket.addEventListener('close', () => reject(gone));
  });
}

const socketPort = (socket: WebSocket): Port => ({
  post: (message) => socket.send(encode(message)),
  listen(handler) {
    const receive = (event: MessageEvent<ArrayBuffer>) => handler(decode(new Uint8Array(event.data)));
    socket.addEventListener('message', receive);
    return () => socket.removeEventListener('message', receive);
  },
});
