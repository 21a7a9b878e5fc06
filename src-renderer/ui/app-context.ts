/** The window's state, given once at the top; and the open project, for everything that is shown inside it. */
import { createContext } from 'svelte';
import type { AppState } from '../state/app.svelte.js';
import type { ProjectSession } from '../state/project.svelte.js';

export const [useApp, provideApp] = createContext<AppState>();

export const [useProject, provideProject] = createContext<ProjectSession>();
