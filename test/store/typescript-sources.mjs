// @ts-check
/** Lets plain Node run our TypeScript sources: an import of `x.js` that is not there is one of `x.ts`. */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL) {
      const target = new URL(specifier, context.parentURL);
      if (!existsSync(fileURLToPath(target))) return next(specifier.replace(/\.js$/, '.ts'), context);
    }
    return next(specifier, context);
  },
});
