/** MessagePorts between a window and this process as `shared/rpc.ts` wants them. */
import type { MessagePortMain } from 'electron';
import type { Port } from '../../shared/rpc.js';

export function portOf(port: MessagePortMain): Port {
  return {
    post: (message) => port.postMessage(message),
    listen(handler) {
      const receive = ({ data }: { data: unknown }) => handler(data);
      port.on('message', receive);
      port.start();
      return () => port.off('message', receive);
    },
  };
}
