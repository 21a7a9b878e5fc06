/** Entry of the core process: serves AppApi and pixels to the host that forked it, and ends with it. */
process.on('disconnect', () => process.exit(0));
