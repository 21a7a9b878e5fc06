/** Property-based tests draw the same cases at every run, so that a failure is the change's; test:hard draws new ones. */
import fc from 'fast-check';

if (process.env['BRUSHFIELD_HARD'] !== '1') fc.configureGlobal({ seed: 20_261_122 });
