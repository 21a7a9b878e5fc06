/**
 * Who may talk to the web host: only a page that it served itself, to the person who started it. The token is in the
 * address that the program prints; the browser gives it once and gets a cookie for it.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export class Access {
  private readonly token = randomBytes(32).toString('base64url');

  /** @param port that the server listens on, at 127.0.0.1 */
  constructor(private readonly port: number) {}

  /** The address to open; good as long as the program runs. */
  get address(): string {
    return `${this.origin}/?token=${this.token}`;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Cookies do not tell ports apart: another Brushfield on this machine has a cookie of another name. */
  private get cookieName(): string {
    return `brushfield-${this.port}`;
  }

  /** `Set-Cookie` for who has brought the token. */
  get cookie(): string {
    return `${this.cookieName}=${this.token}; HttpOnly; SameSite=Strict; Path=/`;
  }

  isToken(given: string | null): boolean {
    const expected = Buffer.from(this.token);
    const actual = Buffer.from(given ?? '');
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  }

  hasCookie({ headers }: IncomingMessage): boolean {
    const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
    const own = cookies.find((cookie) => cookie.startsWith(`${this.cookieName}=`));
    return this.isToken(own?.slice(this.cookieName.length + 1) ?? null);
  }

  /** A foreign site whose name is made to point at this machine sends that name (DNS rebinding). */
  isOwnHost({ headers }: IncomingMessage): boolean {
    return headers.host === `127.0.0.1:${this.port}`;
  }

  /** Browsers name the page that a WebSocket or a POST comes from, and no page can change that. */
  isOwnOrigin({ headers }: IncomingMessage): boolean {
    return headers.origin === this.origin;
  }
}
