/** All that the page gets from Electron: two ports to talk through, and the paths of files dropped on it. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { PreloadBridge } from '../../shared/host-api.js';

const page = globalThis as unknown as { postMessage(data: string, origin: string, ports: unknown[]): void };

contextBridge.exposeInMainWorld('brushfieldHost', {
  connect: () => ipcRenderer.send('connect'),
  pathOf: (file) =>
    // Electron before 29 has the path on the file itself.
    webUtils ? webUtils.getPathForFile(file as never) : ((file as { path?: string }).path ?? ''),
} satisfies PreloadBridge);

// The word is PORTS_MESSAGE of shared/host-api.ts, spelled out so that this stays one file.
ipcRenderer.on('ports', (event) => page.postMessage('brushfield-ports', '/', event.ports));
