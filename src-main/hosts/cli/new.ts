/** `brushfield new PROJECT` */
import { createProject } from '../../core/projects.js';
import { listClasses } from '../../store/classes.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';

interface NewOptions {
  classes?: string;
}

export const newCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'new <project>',
      summary: 'Make an empty project, a folder NAME.brushfield.',
      details: 'Classes can also come later, with the first labels that are imported.',
      examples: [
        ['new cells.brushfield', 'a project without classes'],
        ['new cells.brushfield --classes membrane,cell', 'with two classes, values 1 and 2'],
      ],
    }).option(
      '--classes <names>',
      'class names separated by commas, in the order of their label values 1, 2, …',
    ),
  ).action(
    run(async ({ terminal }: Context, path: string, options: NewOptions) => {
      const classes = options.classes?.split(',');
      const project = createProject(path, classes ? { classes } : {});
      try {
        const made = listClasses(project.store);
        terminal.result({ project: project.folder, classes: made }, () => {
          const names = made.length ? ` with the classes ${made.map(({ name }) => name).join(', ')}` : '';
          return `Made ${project.folder}${names}.\nNext: brushfield import ${path} IMAGES --labels LABELS`;
        });
      } finally {
        project.close();
      }
    }),
  );
