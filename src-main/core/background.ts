/** Which class is the background: by its name, since it is a class like any other. */

/** Background is drawn nowhere and counted as no object. */
export const isBackground = ({ name }: { name: string }): boolean =>
  /^(background|hintergrund|bg)$/i.test(name.trim());
