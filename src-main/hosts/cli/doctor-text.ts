/** What `brushfield doctor PROJECT` prints. */
import type { ProjectReport } from '../../core/project-doctor.js';
import { plural } from './text-table.js';

export function projectReportText(report: ProjectReport, path: string, repair: boolean): string {
  const lines: string[] = [];
  const { problems, mended, left, kept, checked, backups } = report;
  if (problems.length) lines.push(`Found ${plural(problems.length, 'problem')}:`, ...problems.map(bullet));
  if (mended.length) lines.push('', 'Mended:', ...mended.map(bullet));
  if (kept !== null) lines.push('', `The file as it was is kept as ${kept}.`);
  if (repair && problems.length && left.length) lines.push('', 'Left:', ...left.map(bullet));
  if (report.ok && problems.length) lines.push('', 'No problem is left.');
  if (report.ok && !problems.length && checked)
    lines.push(
      `No problem found: ${plural(checked.images, 'image')}, ${plural(checked.tiles, 'label tile')}, ${plural(checked.edits, 'edit')} and ${plural(checked.runs, 'run')} were read and agree.`,
    );
  const newest = backups[0];
  lines.push(
    '',
    newest
      ? `${plural(backups.length, 'backup')}, the newest of ${newest.time} (${newest.path}).`
      : 'There are no backups yet; they are made while the project is open and at rest.',
  );
  if (!repair && !report.ok) lines.push(`Next: brushfield doctor ${path} --repair`);
  return lines.join('\n');
}

const bullet = (sentence: string): string => `- ${sentence}`;
