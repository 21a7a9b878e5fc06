/** The window's entry: connects to the core and shows the app. */
import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { AppState } from './state/app.svelte.js';

const app = new AppState();
mount(App, { target: document.getElementById('app')!, props: { app } });
void app.start();
