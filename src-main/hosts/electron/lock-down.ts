/** What a page of ours may never do, whatever runs in it. docs/security.md has the list and the tests. */
import { app, type Session, type WebContents } from 'electron';
import { isPageUrl } from './page-scheme.js';

/** Schemes that carry no request out of this machine. */
const LOCAL_SCHEMES = ['brushfield:', 'blob:', 'data:', 'devtools:', 'chrome-extension:'];

/** Must be called before Electron is ready. */
export function lockDownApp(): void {
  // No name is looked up: what Chromium's own services would ask for ends here as well.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  for (const name of ['disable-background-networking', 'disable-component-update', 'disable-sync'])
    app.commandLine.appendSwitch(name);
  app.on('web-contents-created', (_event, contents) => lockDownContents(contents));
}

export function lockDownSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, decide) =>
    decide({ cancel: !LOCAL_SCHEMES.includes(new URL(url).protocol) }),
  );
  session.on('will-download', (event) => event.preventDefault());
}

function lockDownContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event, url) => {
    // Reloading the page is a navigation too.
    if (!isPageUrl(url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    if (!isPageUrl(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
