/** The window's entry: connects to the core and shows the app. */
import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { AppState } from './state/app.svelte.js';

const app = new AppState();
mount(App, { target: document.getElementById('app')!, props: { app } });
void app.start();
// Electron asks by itself: there a page that objects would only make its close button do nothing.
if (!window.brushfieldHost)
  addEventListener('beforeunload', (event) => {
    if (app.unsaved > 0) event.preventDefault();
  });
